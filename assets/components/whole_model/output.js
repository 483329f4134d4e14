// What comes out: the likeliest next tokens or, where all positions are computed in one pass, what stands at each of them.
import { attr, make, paintStyle, put } from '../lib/dom.js';
import { predictionOf } from '../lib/run/run.js';
import { percent, visible } from '../lib/text.js';

const MANY_OTHERS = 100; // tokens that have no bar, from which on it is told what they have together
const SHOWN = 5, LEAST = 0.001; // nats
const lossText = (loss) => (loss < LEAST ? `< ${LEAST}` : loss.toFixed(3));

export function createOutput(stage, act) {
  const box = make(stage, 'section', 's2s-wm-output');
  const head = make(box, 'header', 's2s-wm-head');
  const title = make(head, 'h4');
  const button = make(box, 'button', 's2s-wm-row s2s-wm-card', { type: 'button', 'data-part': 'output' });
  const sentence = make(button, 'span', 's2s-wm-says');
  const bars = make(button, 'span', 's2s-wm-bars');
  const foot = make(button, 'span', 's2s-wm-foot');
  const next = make(box, 'p', 's2s-wm-next');
  button.onclick = () => act.choose({ part: 'output' });

  function bar(place, text, share, number, current) {
    const row = bars.children[place] ?? make(bars, 'span', 's2s-wm-bar');
    if (!row.children.length) row.append(...['bdi', 'i', 'span'].map((tag) => make(null, tag)));
    put(row.children[0], text);
    paintStyle(row.children[1], '--share', String(share));
    put(row.children[2], number);
    attr(row, 'data-current', current || null);
    row.onclick = null;
    return row;
  }
  function distribution({ run, view, say }) {
    const step = run.steps[view.step - 1];
    put(sentence, step ? say('reads_predicts', { reads: `“${visible(step.reads)}”`, predicts: `“${visible(predictionOf(step))}”` }) : say('before_first_short'));
    const shown = step ? step.top.slice(0, SHOWN) : [];
    shown.forEach(({ text, p }, i) => bar(i, visible(text), p, percent(p), text === step.predicts));
    if (step?.others > MANY_OTHERS) {
      const rest = Math.max(0, 1 - shown.reduce((sum, { p }) => sum + p, 0));
      bar(shown.length, say('rest'), rest, percent(rest), false);
    }
    trim(shown.length + (step?.others > MANY_OTHERS ? 1 : 0));
    put(foot, step ? say('written', { text: run.steps.slice(0, view.step).map(({ predicts }) => visible(predicts)).join(' ') }) : '');
  }
  /** Each position with its token and its probability or, in training, its loss. */
  function positions({ run, view, say }) {
    put(sentence, say(run.losses ? 'loss_each' : 'token_each'));
    run.steps.forEach((step, i) => {
      const number = run.losses ? lossText(run.losses[i]) : percent(step.probability);
      bar(i, visible(step.predicts), step.probability, number, i === view.step - 1).onclick = (event) => {
        event.stopPropagation();
        act.go(i + 1);
      };
    });
    trim(run.T);
    put(foot, run.losses ? say('loss_mean', { loss: lossText(run.losses.reduce((sum, loss) => sum + loss, 0) / run.T) }) : '');
  }
  function trim(count) {
    while (bars.children.length > count) bars.lastChild.remove();
  }
  return {
    box: button,
    token: () => bars.querySelector('[data-current] bdi') ?? bars,
    update(model) {
      const { run, say, part } = model;
      put(title, say(run.losses ? 'output_training' : run.parallel ? 'output_parallel' : 'output'));
      (run.losses || run.parallel ? positions : distribution)(model);
      put(next, run.isStepwise ? say('read_next') : say(run.losses ? 'no_loop_training' : 'no_loop'));
      attr(button, 'data-chosen', part === 'output' || null);
      attr(button, 'aria-pressed', String(part === 'output'));
    },
  };
}
