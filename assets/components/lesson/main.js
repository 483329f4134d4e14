// A lesson above the page: what to look at and to do, a question, a task. A task is ticked once the address says that it is done, and was
// seen undone before: nothing is ticked by opening a link.
import { attr, make, put } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { isFinished, noteProgress, readProgress } from '../lib/progress.js';
import { followTheme } from '../lib/theme.js';
import { holds, placeOf } from './checks.js';
import { putMarked } from './marks.js';
import { createQuestion } from './question.js';

const LOOK = 120; // ms between two looks at the address
const PARTS = ['do', 'question', 'now_you'];

function createLesson(root) {
  let data = null, send = null, timer = null, number = null, part = 'do', undone = [], answers = new Set(), folded = false, seen = null;
  const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), data.text[name]);
  const button = (parent, className, act) => {
    const node = make(parent, 'button', className, { type: 'button' });
    node.onclick = act;
    return node;
  };
  const name = (node, words) => { for (const attribute of ['title', 'aria-label']) attr(node, attribute, words); };
  const head = make(root, 'div', 's2s-l-head'), fold = button(head, 's2s-l-fold', () => toggle()), title = make(head, 'span', 's2s-l-title'), tabs = make(head, 'span', 's2s-l-tabs');
  const tabOf = Object.fromEntries(PARTS.map((each) => [each, button(tabs, 's2s-l-tab', () => show(each))]));
  const links = make(head, 'span', 's2s-l-links');
  const next = button(links, 's2s-l-next', () => send('open', data.next?.number ?? 0));
  const again = button(links, '', () => send('open', number)), all = button(links, '', () => send('open', 0));
  const leave = button(links, 's2s-l-leave', () => send('leave', true));
  const body = make(root, 'div', 's2s-l-body');
  const parts = Object.fromEntries(PARTS.map((each) => [each, make(body, 'div', `s2s-l-${each}`)]));
  const look = make(parts.do, 'p', 's2s-l-look'), tasks = make(parts.do, 'ol', 's2s-l-tasks', { 'aria-live': 'polite' });
  const onward = button(body, 's2s-l-onward', () => show(PARTS[PARTS.indexOf(part) + 1]));
  const question = createQuestion(parts.question, (place, right) => {
    answers.add(place);
    if (right) noteProgress(number, { answered: true });
    repaint();
  });
  const task = make(parts.now_you, 'p', ''), address = make(root, 'p', 's2s-l-address');
  const bubble = button(root, 's2s-l-bubble', () => root.scrollIntoView({ block: 'center' }));
  new IntersectionObserver(([{ isIntersecting }]) => attr(root, 'data-away', !isIntersecting)).observe(head);
  const restyle = followTheme(root, () => {}, () => {});

  function show(chosen) {
    [part, folded] = [chosen, false];
    repaint();
  }
  function toggle() {
    folded = !folded;
    repaint();
  }
  /** Look at the address, if it is another: what is done now, and was seen undone before, is ticked. */
  function inspect() {
    if (location.href === seen) return;
    seen = location.href;
    const place = placeOf(location), { lesson } = data;
    if (place.fields.lesson !== String(number)) return; // another's, which the browser is about to leave
    const { done } = readProgress()(number);
    const found = lesson.do.map(({ check }) => holds({ page: lesson.page, ...check }, place, lesson.link));
    const fresh = found.flatMap((isDone, index) => (isDone && undone[index] && !done.includes(index) ? [index] : []));
    undone = found.map((isDone, index) => undone[index] || !isDone);
    if (!fresh.length) return;
    noteProgress(number, { done: [...done, ...fresh] });
    repaint();
  }
  function repaint() {
    const { lesson } = data, progress = readProgress()(number), ticks = lesson.do.map((_, index) => progress.done.includes(index));
    const finished = isFinished(progress, ticks.length), first = ticks.indexOf(false);
    put(title, '');
    make(title, 'small', '').textContent = say('place', { number, of: data.of });
    make(title, 'b', '').textContent = lesson.title;
    put(tabOf.do, `${say('do')} ${ticks.filter(Boolean).length}/${ticks.length}`);
    put(tabOf.question, progress.answered ? `${say('question')} ✓` : say('question'));
    put(tabOf.now_you, say('now_you'));
    for (const each of PARTS) {
      attr(tabOf[each], 'aria-pressed', String(each === part && !folded));
      parts[each].hidden = each !== part;
    }
    put(next, say(data.next ? 'next' : 'last'));
    attr(next, 'title', data.next ? say('next_help', data.next) : say('last_help'));
    attr(next, 'data-ready', finished);
    put(again, data.page === lesson.page ? say('again') : say('back', { page: data.page_title }));
    attr(again, 'title', say('again_help'));
    put(all, say('list'));
    put(leave, '×');
    name(leave, say('leave'));
    put(fold, folded ? '▸' : '▾');
    name(fold, say(folded ? 'unfold' : 'fold'));
    attr(fold, 'aria-expanded', String(!folded));
    body.hidden = folded;
    putMarked(look, lesson.look);
    lesson.do.forEach(({ text }, index) => {
      const item = tasks.children[index] ?? make(tasks, 'li', '');
      if (!item.firstChild) make(make(item, 'span', 's2s-l-tick'), 'span', '');
      putMarked(item.children[1] ?? make(item, 'span', ''), text);
      attr(item, 'data-done', ticks[index]);
      attr(item.firstChild, 'aria-label', say(ticks[index] ? 'ticked' : 'unticked'));
      attr(item.firstChild, 'role', 'img');
    });
    while (tasks.children.length > ticks.length) tasks.lastChild.remove();
    question.paint(lesson.question, answers);
    putMarked(task, lesson.now_you);
    put(address, new URL(`?lesson=${number}`, document.baseURI).href);
    const isDone = { do: first < 0, question: progress.answered, now_you: false };
    onward.hidden = !isDone[part];
    if (!onward.hidden) put(onward, `${say(part === 'do' ? 'question' : 'now_you')} ▸`);
    putMarked(bubble, first < 0 ? say('done') : lesson.do[first].text);
    Object.assign(root.dataset, { lesson: number, done: ticks.filter(Boolean).length, finished });
  }
  return {
    receive(component) {
      ({ data } = component);
      send = (name, value) => component.setTriggerValue(name, value);
      if (data.lesson.number !== number) {
        ({ number } = data.lesson);
        [part, undone, answers, seen] = ['do', [], new Set(), null];
      }
      restyle();
      repaint();
      inspect();
      timer ??= setInterval(inspect, LOOK);
    },
    leave() {
      clearInterval(timer);
      timer = null;
    },
  };
}

export default defineView('lesson', createLesson);
