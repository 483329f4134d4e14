// The small menu below each view and chart.
import { attr, make, put } from '../lib/dom.js';

const KINDS = ['png', 'svg', 'csv'];
const CHART = '[data-testid=stPlotlyChart]';

/** What can be saved, in the order of the page: {name, root, table}. */
const viewOf = (root) => ({ name: root.dataset.savable, root, table: () => root.mounted.table() });

/** Keeps a menu below everything that can be saved; `save` takes a target and a kind. */
export function createRows(save) {
  const menus = new Map(); // element after which a menu stands → menu
  let say = null, timer = null;

  function createMenu(find) {
    const row = make(null, 'div', 's2s-save-row', { 'data-unsaved': '', role: 'group' });
    const kinds = make(row, 'span', 's2s-save-kinds', { hidden: '' });
    const buttons = KINDS.map((kind) => {
      const button = make(kinds, 'button', '', { type: 'button', 'data-kind': kind });
      button.textContent = kind.toUpperCase();
      button.onclick = async () => {
        const target = find();
        attr(row, 'data-failed', null);
        try { await save(target, kind); } catch (error) {
          attr(row, 'data-failed', say('failed'));
          throw error;
        }
      };
      return button;
    });
    const open = make(row, 'button', 's2s-save-open', { type: 'button' });
    const toggle = (on) => {
      attr(kinds, 'hidden', on ? null : '');
      attr(open, 'aria-expanded', String(on));
    };
    toggle(false);
    open.onclick = () => toggle(kinds.hidden);
    row.onkeydown = (event) => {
      if (event.key !== 'Escape') return;
      toggle(false);
      open.focus();
    };
    return {
      row, find,
      open() {
        toggle(true);
        buttons[0].focus();
      },
      update() {
        put(open, say('save'));
        attr(open, 'title', say('save_title', { key: 'S' }));
        attr(row, 'aria-label', say('save'));
        buttons.forEach((button, i) => attr(button, 'title', say(`save_${KINDS[i]}`)));
      },
    };
  }
  function putBelow(place, find, below) {
    if (menus.get(place)?.row.isConnected) return;
    const menu = createMenu(find);
    menus.set(place, menu);
    below(menu.row);
    menu.update();
  }
  function chartOf(box, i) {
    const key = /st-key-([\w-]+)/.exec(box.closest('[class*=st-key-]')?.className ?? '')?.[1];
    return () => {
      const root = box.querySelector('.js-plotly-plot');
      return { name: key ?? `chart-${i + 1}`, root, chart: true };
    };
  }
  function scan() {
    timer = null;
    if (!say) return;
    for (const place of menus.keys()) if (!place.isConnected) menus.get(place).row.remove(), menus.delete(place);
    for (const root of document.querySelectorAll('[data-savable]')) putBelow(root, () => viewOf(root), (row) => root.after(row));
    [...document.querySelectorAll(CHART)].forEach((chart, i) => {
      const box = chart.closest('[data-testid=stElementContainer]') ?? chart.parentElement;
      putBelow(box, chartOf(box, i), (row) => {
        row.classList.add('s2s-save-chart');
        box.append(row);
      });
    });
  }
  const soon = () => { timer ??= setTimeout(scan, 200); };
  const observer = new MutationObserver(soon);

  return {
    update(now) {
      say = now;
      observer.observe(document.body, { childList: true, subtree: true });
      scan();
      for (const menu of menus.values()) menu.update();
    },
    /** Open the menu of what is pointed at, or of what lies nearest to the middle of the window; false if there is nothing. */
    openNearest() {
      const found = [...menus.values()].map((menu) => ({ menu, root: menu.find().root })).filter(({ root }) => root?.checkVisibility());
      const far = ({ root }) => {
        const { top, bottom } = root.getBoundingClientRect(), middle = innerHeight / 2;
        return root.matches(':hover') ? -1 : Math.max(0, top - middle, middle - bottom);
      };
      const [nearest] = found.sort((one, other) => far(one) - far(other));
      nearest?.menu.open();
      return !!nearest;
    },
    leave() {
      observer.disconnect();
      clearTimeout(timer);
      timer = null;
    },
  };
}
