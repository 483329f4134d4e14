// What was done in which lesson, kept by the browser: by the lesson's number, the tasks that were done and whether the question was answered.

const KEY = 's2s-lessons', NOTHING = { done: [], answered: false };
let kept = '{}'; // in a browser that keeps nothing, for this visit

export function readProgress() {
  try { kept = localStorage.getItem(KEY) ?? '{}'; } catch { /* see above */ }
  try {
    const found = JSON.parse(kept);
    return (number) => ({ ...NOTHING, ...found?.[number] });
  } catch { return () => NOTHING; }
}
function write(change) {
  let all = {};
  readProgress();
  try { all = JSON.parse(kept) ?? {}; } catch { /* what cannot be read is replaced */ }
  change(all);
  kept = JSON.stringify(all);
  try { localStorage.setItem(KEY, kept); } catch { /* see above */ }
}
export const noteProgress = (number, changes) => write((all) => { all[number] = { ...NOTHING, ...all[number], ...changes }; });
export const forgetProgress = () => write((all) => { for (const number in all) delete all[number]; });
/** Whether all of a lesson is done. */
export const isFinished = ({ done, answered }, tasks) => answered && new Set(done).size >= tasks;
