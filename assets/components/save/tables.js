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
