// What the current row predicted: the likeliest tokens as bars one can click to force, and END always.
import { attr, make, paintStyle, put } from '../lib/dom.js';
import { percent, visible } from '../lib/text.js';
import { predictionOf } from '../lib/run/run.js';

const CANDIDATES = 9; // eight likeliest, and END if it is not among them
const MANY_OTHERS = 100; // tokens that have no bar, from which on it is told what they have together
const END_TOKEN = '⟨END⟩';

export function createDistribution(root, act) {
  const box = make(root, 'section', 's2s-distribution');
  const head = make(box, 'header');
  const title = make(head, 'h4'), sentence = make(head, 'span', 's2s-sentence');
  const body = make(box, 'div', 's2s-candidates');
  const waiting = make(box, 'p', 's2s-waiting');
  const foot = make(box, 'footer');
  const entropy = make(foot, 'span'), hint = make(foot, 'span');
  const bars = Array.from({ length: CANDIDATES }, () => {
    const bar = make(body, 'button', 's2s-candidate', { type: 'button', 'data-role': 'candidate' });
    const token = make(make(bar, 'span', 's2s-token'), 'bdi');
    const track = make(bar, 'span', 's2s-bar');
    const node = { bar, token, fill: make(track, 'i'), ghost: make(track, 'b'), number: make(bar, 'span', 's2s-number'), candidate: null };
    bar.onclick = () => {
      if (!node.candidate || bar.getAttribute('aria-disabled') === 'true') return;
      attr(bar, 'data-waiting', true);
      act.force(node.candidate.id);
    };
    return node;
  });

  const rest = make(body, 'div', 's2s-candidate s2s-rest', { 'aria-disabled': 'true' }), others = make(rest, 'span', 's2s-token'), track = make(make(rest, 'span', 's2s-bar'), 'i');
  const share = make(rest, 'span', 's2s-number');

  return {
    update({ say, view, run, pinnedRun }) {
      const row = view.step - 1;
      const step = run.steps[row];
      put(title, say('next_token'));
      attr(body, 'hidden', !step || null);
      attr(foot, 'data-hidden', !step || null);
      attr(waiting, 'hidden', !!step || null);
      put(waiting, say(run.parallel ? 'before_first_parallel' : 'before_first'));
      put(sentence, step ? say('reads_predicts', { reads: visible(step.reads), predicts: visible(predictionOf(step)) }) : '');
      attr(sentence, 'title', sentence.textContent || null);
      if (!step) return;
      const candidates = step.top.slice(0, CANDIDATES - 1).map((c) => ({ ...c }));
      if (!candidates.some((c) => c.text === END_TOKEN || c.id === run.end_id))
        candidates.push({ id: run.end_id ?? null, text: END_TOKEN, p: step.end, last: true });
      const before = pinnedRun?.steps[row];
      bars.forEach((node, i) => {
        const candidate = (node.candidate = candidates[i] ?? null);
        attr(node.bar, 'data-empty', !candidate || null);
        attr(node.bar, 'data-waiting', null);
        if (!candidate) return attr(node.bar, 'tabindex', -1);
        const { id, text, p } = candidate;
        const chosen = text === step.predicts;
        const fixed = id === null || run.parallel || run.offline;
        const shown = visible(text);
        attr(node.bar, 'tabindex', null);
        attr(node.bar, 'data-last', candidate.last);
        attr(node.bar, 'data-chosen', chosen ? step.chosen_by : null);
        attr(node.bar, 'aria-disabled', chosen || fixed ? 'true' : null);
        attr(node.bar, 'aria-label', say(chosen ? 'chosen_candidate' : fixed ? 'candidate' : 'force', { token: shown, p: percent(p) }));
        const was = before && (before.top.find((c) => c.text === text)?.p ?? (text === END_TOKEN ? before.end : null));
        attr(node.bar, 'title', say(chosen ? 'chosen_candidate' : fixed ? 'candidate' : 'force', { token: shown, p: (100 * p).toFixed(4) + ' %' }) +
          (was == null ? '' : '\n' + say('candidate_in_a', { p: percent(was) })));
        put(node.token, shown);
        put(node.number, percent(p));
        paintStyle(node.fill, 'transform', `scaleX(${p.toFixed(4)})`);
        attr(node.ghost, 'hidden', was == null || null);
        if (was != null) paintStyle(node.ghost, 'width', (100 * was).toFixed(2) + '%');
      });
      attr(rest, 'hidden', step.others > MANY_OTHERS ? null : '');
      put(others, say('others', { count: step.others.toLocaleString('en') }));
      put(share, percent(step.rest));
      paintStyle(track, 'transform', `scaleX(${step.rest.toFixed(4)})`);
      put(entropy, say('entropy', { nats: step.entropy.toFixed(3) }));
      put(hint, run.offline ? '' : say(run.parallel ? 'hint_parallel' : step.chosen_by === 'forced' ? 'hint_forced' : step.chosen_by === 'reference' ? 'hint_reference' : 'hint_force'));
    },
  };
}
