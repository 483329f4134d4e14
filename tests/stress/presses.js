// Presses what a page offers, at random and at given times, as quickly as a visitor can; notes what stood there when it was pressed.

const shown = (node) => node.checkVisibility({ visibilityProperty: true });
// Projector mode hides half of what is pressed here.
const boxes = () => [...document.querySelectorAll('[class*=st-key-control-]:not([class*=projector])')].filter(shown);
const nameOf = (box) => /st-key-control-(\w+)/.exec(box.className)[1];
const radios = (box) => [...box.querySelectorAll('[role=radio]')].filter(shown);
const textOf = (option) => option?.textContent ?? null;
const chosen = (box) => radios(box).find((option) => option.getAttribute('aria-checked') === 'true');

/** What a control shows, or undefined if that is not chosen by a press. */
function valueOf(box) {
  const toggle = box.querySelector('input[role=switch]');
  if (toggle) return toggle.checked ? 'on' : 'off';
  if (radios(box).length) return textOf(chosen(box));
  const field = box.querySelector('input:not([type=range]), textarea');
  return field ? field.value : undefined;
}

/** What can be pressed now: groups of alternatives, each with what it does. */
function offers() {
  const groups = [];
  for (const box of boxes()) {
    const name = nameOf(box), toggle = box.querySelector('input[role=switch]'), options = radios(box);
    if (toggle && !toggle.disabled) {
      const press = () => ({ name, kind: 'switch', wants: toggle.checked ? 'off' : 'on', act: () => toggle.click() });
      groups.push([press]);
    } else if (options.length) {
      groups.push(options.filter((option) => !option.disabled).map((option) => () => ({ name, kind: 'option', wants: textOf(option), act: () => option.click() })));
    } else if (!box.querySelector('input, textarea, [role=slider]') && window.pressButtons) {
      const button = box.querySelector('button:not(:disabled)');
      if (button) groups.push([() => ({ name, kind: 'button', act: () => button.click() })]);
    }
  }
  const inView = (selector, kind) => {
    const buttons = [...document.querySelectorAll(selector)].filter((button) => shown(button) && !button.disabled);
    if (buttons.length) groups.push(buttons.map((button) => () => ({ name: textOf(button), kind, act: () => button.click() })));
  };
  inView('.s2s-transport button:not(.s2s-play)', 'transport');
  inView('.s2s-focus .s2s-choice button', 'view');
  inView('.s2s-hw-silence', 'view');
  inView('.s2s-wm-row', 'view');
  inView('.s2s-wm-top .s2s-choice button', 'view');
  if (document.querySelector('.s2s-view')) {
    const key = (name) => () => ({ name, kind: 'view', act: () => document.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true })) });
    groups.push([key('['), key(']')]);
  }
  return groups.filter((group) => group.length);
}

/** Press one thing after the other; `presses` holds waits (ms) and two numbers from 0 to 1 that choose the group and the member. */
window.pressAll = async (presses) => {
  const log = [], begun = performance.now();
  let due = begun;
  for (const [wait, group, member] of presses) {
    due += wait;
    await new Promise((go) => setTimeout(go, Math.max(0, due - performance.now())));
    const groups = offers();
    if (!groups.length) continue;
    const members = groups[Math.floor(group * groups.length)];
    const { act, ...press } = members[Math.floor(member * members.length)]();
    log.push({ at: Math.round(performance.now() - begun), ...press });
    act();
  }
  return log;
};

/** What stands there: in the controls, in the views, and in the address. */
window.whatStands = () => {
  const controls = {}, options = {}, switches = [];
  for (const box of boxes()) {
    if (valueOf(box) !== undefined) controls[nameOf(box)] = valueOf(box);
    if (box.querySelector('input[role=switch]:not(:disabled)')) switches.push(nameOf(box));
    options[nameOf(box)] = radios(box).map(textOf);
  }
  const views = {};
  for (const view of document.querySelectorAll('.s2s-view, .s2s-whole'))
    for (const name of ['step', 'layer', 'head', 'attention', 'compare', 'run']) views[name] = view.dataset[name];
  document.querySelectorAll('[data-rev]').forEach((view, place) => { views[`board ${place}`] = view.dataset.rev; });
  document.querySelectorAll('[data-search]').forEach((view, place) => { views[`tree ${place}`] = view.dataset.search; });
  const troubles = [...document.querySelectorAll('[role=dialog], [data-testid=stException]')].map((node) => node.innerText.slice(0, 400));
  return { controls, options, switches, views, address: location.pathname + location.search, troubles };
};
