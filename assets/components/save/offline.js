// A page as one file that needs no server: its views with their data, scripts and style sheets.
import { fontsIn } from './files.js';
import { groundOf } from './picture.js';
import { escaped } from './svg.js';

const asData = (value) => JSON.stringify(value).replaceAll('<', '\\u003c');
const asScript = (text) => text.replace(/^export default /m, 'return ').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const VARIABLE = /--st-[\w-]+/g;

/** The views of the page that go on without a server, in their order. */
export const offlineViews = () => [...document.querySelectorAll('[data-savable]')].filter((root) => root.mounted.offline && root.checkVisibility());

/** The heading that a view stands below, if it has one. */
function headingOf(root) {
  const before = [...document.querySelectorAll('[data-testid=stMain] :is(h2, h3, h4)')].filter((node) => node.compareDocumentPosition(root) & Node.DOCUMENT_POSITION_FOLLOWING && !node.closest('[data-savable]'));
  return before.at(-1)?.textContent.trim() ?? '';
}

/** A page of these views as HTML; `scripts` has the script and the style sheet of each view by its name, `choices` what the page's board shows
    for each choice of its controls, if there are any. */
export async function offlinePage(roots, scripts, choices, { title, sentences, language, note }) {
  const style = getComputedStyle(roots[0]), names = [...new Set(roots.map((root) => root.component.data.mounted.view))];
  const sheets = names.map((name) => scripts[name].sheet).join('\n'), code = names.map((name) => scripts[name].script);
  const variables = [...new Set((sheets + code.join()).match(VARIABLE))].map((name) => `${name}: ${style.getPropertyValue(name)};`).join(' ');
  const fonts = await fontsIn(variables + style.fontFamily);
  const board = choices && roots.find((root) => root.component.data.prefetched);
  const views = roots.map((root) => ({ view: names.indexOf(root.component.data.mounted.view), data: root.mounted.offline(), choices: root === board ? choices : null }));
  const headings = roots.map((root) => headingOf(root).replace(`${title} · `, ''));
  const titled = (i) => (headings[i] && headings[i] !== title && headings[i] !== headings[i - 1] ? `<h2>${escaped(headings[i])}</h2>` : '');
  const sections = roots.map((_, i) => `<section>${titled(i)}<div class="s2s-offline"></div></section>`).join('\n');
  const link = sentences.at(-1), said = sentences.slice(1, -1);
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(sentences[0])}</title>
<style>
${fonts}
:root { ${variables} color-scheme: ${roots[0].dataset.theme === 'dark' ? 'dark' : 'light'}; }
body { margin: 0 auto; padding: 1rem 1.5rem; background: ${groundOf(roots[0])}; color: ${style.color}; font: 14px/1.4 var(--st-font, ${style.fontFamily}); }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1rem; margin: 1.2rem 0 0.4rem; } p { margin: 0.2rem 0 0.8rem; } footer { margin-top: 1rem; font-size: 12px; overflow-wrap: anywhere; }
a { color: inherit; }
.s2s-offline { margin: 0.6rem 0; }
.s2s-choices, .s2s-choices div { display: flex; flex-wrap: wrap; align-items: center; gap: 4px; } .s2s-choices { gap: 6px 20px; margin-top: 0.6rem; }
.s2s-choices b { margin-right: 4px; font-weight: 600; } .s2s-choices button { font: inherit; color: inherit; min-width: 30px; min-height: 28px; padding: 0 8px; border: 1px solid var(--st-border-color, gray); border-radius: 6px; background: transparent; cursor: pointer; }
.s2s-choices button[aria-pressed=true] { border-color: var(--st-primary-color, currentColor); color: var(--st-primary-color, currentColor); font-weight: 600; } [data-online] { display: none !important; }
${sheets}
</style>
</head>
<body>
<h1>${escaped(sentences[0])}</h1>
<p>${said.map(escaped).join('<br>')}</p>
${sections}
<footer>${escaped(note)} <a href="${escaped(link)}">${escaped(link)}</a></footer>
<script type="application/json" id="s2s-data">${asData(views)}</script>
<script>
  const mounts = [
${code.map((text) => `(() => {\n${asScript(text)}\n})()`).join(',\n')}
  ];
  const places = document.querySelectorAll('.s2s-offline');
  JSON.parse(document.getElementById('s2s-data').textContent).forEach(({ view, data, choices }, i) => {
    const parentElement = places[i], at = {};
    const mount = (data, setTriggerValue = () => {}) => mounts[view]({ data, parentElement, setTriggerValue });
    if (!choices) return mount(data);
    const { controls, boards, panels } = choices, bar = parentElement.parentElement.insertBefore(document.createElement('div'), parentElement);
    bar.className = 's2s-choices';
    const groups = controls.map(({ name, label, options, at: chosen }) => {
      const group = bar.appendChild(document.createElement('div')), title = group.appendChild(document.createElement('b'));
      group.setAttribute('role', 'group');
      group.setAttribute('aria-label', label);
      title.textContent = label;
      at[name] = chosen;
      return options.map((text, place) => {
        const button = group.appendChild(document.createElement('button'));
        button.type = 'button';
        button.dataset.control = name;
        button.textContent = text;
        button.onclick = () => choose(name, place);
        return button;
      });
    });
    function choose(name, place) {
      if (!(name in at) || !(place in controls.find((control) => control.name === name).options)) return;
      at[name] = place;
      show();
    }
    function show() {
      controls.forEach(({ name }, control) => groups[control].forEach((button, place) => button.setAttribute('aria-pressed', String(place === at[name]))));
      const board = boards[controls.map(({ name }) => at[name]).join(',')], picks = controls.some(({ name }) => name === board.picks) ? board.picks : '';
      const still = (panel) => ({ ...panel, editable: false, drawable: false, clickable: panel.clickable && !!picks });
      const shown = Object.fromEntries(Object.entries(board.panels).map(([id, index]) => [id, still(panels[index])]));
      mount({ ...data, ...board, picks: '', panels: shown }, (event, sent) => { if (event === 'cell' && picks) choose(picks, sent.row); });
    }
    show();
  });
  for (const node of document.querySelectorAll('[data-inert]')) node.inert = true;
</script>
</body>
</html>
`;
}
