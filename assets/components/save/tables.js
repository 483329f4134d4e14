// The numbers of what is no view of ours: charts of Plotly, and tables as they stand on the page.

const plain = (values) => (values && typeof values === 'object' && 'length' in values ? [...values] : null);

/** Every point of a chart: {columns, rows}. */
export function chartTable(chart) {
  const rows = [];
  let names = ['x', 'y'];
  for (const trace of chart._fullData ?? []) {
    if (trace.visible === false) continue;
    const xs = plain(trace.x), ys = plain(trace.y), zs = plain(trace.z), { name = '' } = trace;
    if (zs) {
      names = ['x', 'y', 'z'];
      zs.forEach((line, i) => plain(line).forEach((z, j) => rows.push([name, xs?.[j] ?? j, ys?.[i] ?? i, z])));
    } else (ys ?? xs ?? []).forEach((_, i) => rows.push([name, xs?.[i] ?? i, ys?.[i] ?? i]));
  }
  return { columns: ['trace', ...names], rows };
}

/** What a cell says; of a formula, what it was typeset from. */
function textIn(cell) {
  const copy = cell.cloneNode(true);
  for (const formula of copy.querySelectorAll('.katex')) formula.replaceWith(formula.querySelector('annotation')?.textContent ?? '');
  return copy.textContent.replace(/\s+/g, ' ').trim();
}
/** The tables that can be seen on the page, in its order, each as {columns, rows}; those that Streamlit draws save themselves. */
export function pageTables() {
  const tables = [...document.querySelectorAll('[data-testid=stMain] table')].filter((table) => table.checkVisibility() && !table.closest('[data-testid=stDataFrame]'));
  return tables.map((table) => {
    const [columns = [], ...rows] = [...table.rows].map((row) => [...row.cells].map(textIn));
    return { columns, rows };
  });
}
