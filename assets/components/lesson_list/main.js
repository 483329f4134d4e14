// The list of all lessons: title, page, minutes, what was done in each, and a button that opens it.
import { attr, make, put } from '../lib/dom.js';
import { defineView } from '../lib/mount.js';
import { forgetProgress, isFinished, readProgress } from '../lib/progress.js';
import { followTheme } from '../lib/theme.js';

function createList(root) {
  let data = null, send = null;
  const say = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), data.text[name]);
  const top = make(root, 'div', 's2s-ll-top'), onward = make(top, 'button', 's2s-ll-onward', { type: 'button' });
  const sum = make(top, 'span', 's2s-ll-sum'), forget = make(top, 'button', 's2s-ll-forget', { type: 'button' });
  const rows = make(root, 'ol', 's2s-ll-rows');
  const lead = make(root, 'p', 's2s-ll-lead'), share = make(root, 'p', 's2s-ll-lead');
  const restyle = followTheme(root, () => {}, () => {});

  function createRow() {
    const row = make(rows, 'li', ''), number = make(row, 'span', 's2s-ll-number'), text = make(row, 'span', 's2s-ll-text');
    const link = make(text, 'a', ''), about = make(text, 'small', ''), ticks = make(row, 'span', 's2s-ll-ticks', { role: 'img' });
    return { row, number, link, about, ticks, start: make(row, 'button', '', { type: 'button' }) };
  }
  function paintRow(parts, lesson, progress) {
    const finished = isFinished(progress, lesson.tasks), begun = progress.done.length > 0 || progress.answered;
    const open = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab has the link
      event.preventDefault();
      send(lesson.number);
    };
    put(parts.number, finished ? '✓' : String(lesson.number));
    put(parts.link, lesson.title);
    attr(parts.link, 'href', `?lesson=${lesson.number}`);
    put(parts.about, say('about', { page: lesson.page, minutes: lesson.minutes }));
    const marks = [...Array.from({ length: lesson.tasks }, (_, index) => progress.done.includes(index)), progress.answered];
    put(parts.ticks, '');
    for (const isDone of marks) attr(make(parts.ticks, 'i', ''), 'data-done', isDone);
    attr(parts.ticks, 'aria-label', say('progress', { done: marks.filter(Boolean).length, of: marks.length }));
    put(parts.start, say(finished ? 'again' : begun ? 'continue' : 'start'));
    attr(parts.start, 'aria-label', `${parts.start.textContent} · ${lesson.title}`);
    parts.link.onclick = parts.start.onclick = open;
    attr(parts.row, 'data-state', finished ? 'finished' : begun ? 'begun' : 'new');
  }
  const all = [];
  function repaint() {
    const progress = readProgress(), { lessons } = data, isDone = ({ number, tasks }) => isFinished(progress(number), tasks);
    lessons.forEach((lesson, index) => paintRow((all[index] ??= createRow()), lesson, progress(lesson.number)));
    const open = lessons.filter((lesson) => !isDone(lesson)), done = lessons.length - open.length;
    const isBegun = ({ number }) => progress(number).done.length > 0 || progress(number).answered;
    const first = open.find(isBegun) ?? open[0], begun = lessons.some(isBegun);
    onward.hidden = !first;
    if (first) put(onward, say(begun ? 'continue_with' : 'start_with', first));
    onward.onclick = () => send(first.number);
    put(sum, say('sum', { done, of: lessons.length, minutes: lessons.reduce((total, { minutes }) => total + minutes, 0) }));
    put(lead, say('lead'));
    put(share, say('share', { address: `${location.origin}/?lesson=4` }));
    put(forget, say('forget'));
    attr(forget, 'title', say('forget_help'));
    forget.hidden = !begun;
    forget.onclick = () => {
      forgetProgress();
      repaint();
    };
    Object.assign(root.dataset, { finished: done });
  }
  return {
    receive(component) {
      ({ data } = component);
      send = (number) => component.setTriggerValue('open', number);
      restyle();
      repaint();
    },
  };
}

export default defineView('lesson_list', createList);
