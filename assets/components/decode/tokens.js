// Source and target as chips. All chips of the finished run are laid out at once, so nothing moves while stepping; those that are not
// written yet are seen, empty, only once the end was: they would give away how long the output becomes.
import { attr, colour, make, paintStyle, put } from '../lib/dom.js';
import { cellOf, maskOf } from '../lib/maps.js';
import { percent, visible } from '../lib/text.js';
import { predictionOf } from '../lib/run/run.js';
import { isLengthKnown } from '../lib/run/transport.js';

export function createTokens(root, act) {
  const box = make(root, 'div', 's2s-tokens');
  const source = createRow('source'), pinned = createRow('pinned'), target = createRow('target');
  let shownRun, shownPinned, shownSource;

  function createRow(name) {
    const row = make(box, 'div', `s2s-row s2s-row-${name}`);
    const label = make(row, 'div', 's2s-label');
    const title = make(label, 'b'), caption = make(label, 'span');
    const track = make(row, 'div', 's2s-track');
    return { row, title, caption, track, list: make(track, 'ol'), chips: [] };
  }

  function addSlot(row, tag, role, text, foot) {
    const slot = make(row.list, 'li', 's2s-slot');
    const frame = make(slot, 'div', 's2s-frame');
    const chip = make(frame, tag, 's2s-chip', { 'data-role': role, ...(tag === 'button' && { type: 'button', tabindex: -1 }) });
    make(chip, 'bdi').textContent = visible(text);
    const under = make(slot, 'span', 's2s-foot');
    under.textContent = foot;
    row.chips.push({ slot, frame, chip, under });
    return { slot, frame, chip, under };
  }

  function buildSource(run, say) {
    source.list.replaceChildren();
    source.chips = [];
    run.source.forEach((token, i) => {
      const { chip, slot } = addSlot(source, 'span', 'source-chip', token.text, i + 1);
      attr(slot, 'data-kind', token.kind);
      attr(slot, 'data-joins', token.joins || null);
      attr(chip, 'title', token.kind === 'token' ? say('position', { n: i + 1 }) : say(`source_${token.kind}`, { token: visible(token.text), n: i + 1 }));
      chip.onmouseenter = () => act.hover(act.view().attention === 'self' ? null : { attention: act.view().attention, row: null, col: i });
      chip.onmouseleave = () => act.hover(null);
    });
  }

  function buildTarget(row, run, other, say, full) {
    row.list.replaceChildren();
    row.chips = [];
    const read = run.steps[0]?.reads ?? '⟨BEGIN⟩';
    const { chip: begin } = addSlot(row, 'span', 'begin-chip', run.parallel ? `${read}×${run.keys}` : read, full ? 0 : '');
    attr(begin, 'title', run.parallel ? say('reads_everywhere', { count: run.keys }) : null);
    run.steps.forEach((step, i) => {
      const fed = step.chosen_by === 'reference', forced = step.chosen_by === 'forced';
      const guess = step.predicted?.text ?? step.predicts;
      const wrong = step.reference != null && (step.correct === false || (fed && guess !== step.predicts));
      const { slot, frame, chip, under } = addSlot(row, full ? 'button' : 'span', full ? 'target-chip' : 'pinned-chip', step.predicts, full ? i + 1 : '');
      if (full && wrong) make(under, 'em').textContent = fed ? ' ✗' + visible(guess) : ' ≠' + visible(step.reference);
      if (full && forced) make(under, 'em', 's2s-flag').textContent = ' ' + say('forced_short');
      const lines = [`${i + 1} · ${say('reads_predicts', { reads: visible(step.reads), predicts: visible(predictionOf(step)) })} · ${percent(fed ? step.predicted.p : step.probability)}`];
      if (wrong) lines.push(say(fed ? 'fed_not_predicted' : 'wrong', { reference: visible(step.reference), predicted: visible(guess) }));
      if (forced) lines.push(say('forced', { predicted: visible(guess) }));
      const differs = other && other.steps[i]?.predicts !== step.predicts;
      if (differs) lines.push(say('differs'));
      attr(chip, 'title', lines.join('\n'));
      attr(slot, 'data-wrong', wrong || null);
      attr(slot, 'data-joins', step.joins || null);
      attr(slot, 'data-by', step.chosen_by);
      attr(slot, 'data-differs', differs || null);
      if (!full) return;
      chip.onclick = () => act.go(i + 1);
      if (forced) {
        const undo = make(frame, 'button', 's2s-undo', { type: 'button', 'data-online': '', 'aria-label': say('undo_force', { n: i + 1 }), title: say('undo_force', { n: i + 1 }) });
        undo.textContent = '×';
        undo.onclick = () => act.unforce(i);
      }
    });
  }

  /** One line if it fits, smaller chips if not, then two lines, then two lines that scroll. */
  function fit(row) {
    const { list, track } = row;
    attr(row.row, 'data-dense', null);
    list.style.cssText = 'flex-wrap:nowrap;width:max-content';
    if (list.offsetWidth > track.clientWidth) attr(row.row, 'data-dense', 'true');
    const natural = list.offsetWidth, room = track.clientWidth;
    const last = row.chips.at(-1)?.slot.offsetWidth ?? 0;
    row.scrolls = natural > 2 * room - last;
    list.style.cssText = row.scrolls ? `width:${Math.ceil(natural / 2 + last)}px` : '';
  }
  /** With two runs, position i of A stands above position i of B. */
  function align() {
    const slots = [...target.chips, ...pinned.chips].map(({ slot }) => slot);
    slots.forEach((slot) => paintStyle(slot, 'min-width', ''));
    const widths = pinned.chips.map(({ slot }, i) => Math.max(slot.offsetWidth, target.chips[i]?.slot.offsetWidth ?? 0));
    for (const { chips } of [target, pinned]) chips.forEach(({ slot }, i) => paintStyle(slot, 'min-width', `${widths[i] ?? 0}px`));
  }

  function paintTarget(row, run, step, theme, keys) {
    const known = isLengthKnown(run, step);
    row.chips.forEach(({ slot, chip }, i) => {
      const state = i > step && !run.parallel ? 'empty' : i === step && i > 0 ? 'current' : 'written';
      attr(slot, 'data-state', state);
      paintStyle(slot, 'visibility', state === 'empty' && !known ? 'hidden' : '');
      attr(slot, 'data-reading', (step > 0 && i === (run.parallel ? 0 : step - 1)) || null);
      attr(chip, 'aria-hidden', state === 'empty' || null);
      attr(chip, 'aria-current', state === 'current' ? 'step' : null);
      const written = state !== 'empty' && i > 0;
      colour(chip, keys ? keys(i) : written ? theme.probability(run.steps[i - 1].probability) : null);
    });
    const now = row.chips[step]?.slot;
    if (now && row.scrolls)
      row.track.scrollLeft = now.offsetLeft - row.track.clientWidth / 2;
  }

  return {
    update({ say, run, pinnedRun, view, shown, field, map, row, theme, resized, restyled }) {
      let sourceChanged = false;
      const rebuilt = run !== shownRun || pinnedRun !== shownPinned || restyled;
      attr(pinned.row, 'hidden', !pinnedRun || null);
      if (rebuilt) {
        shownRun = run;
        shownPinned = pinnedRun;
        const read = JSON.stringify(run.source);
        sourceChanged = read !== shownSource || restyled;
        if (sourceChanged) buildSource(run, say);
        shownSource = read;
        buildTarget(target, run, pinnedRun, say, true);
        if (pinnedRun) buildTarget(pinned, pinnedRun, run, say, false);
        put(source.title, say('source'));
        put(target.title, pinnedRun ? say('target_b') : say('target'));
        put(pinned.title, say('target_a'));
        attr(source.list, 'aria-label', say('source'));
        attr(target.list, 'aria-label', say('target'));
        attr(pinned.list, 'aria-label', say('target_a'));
      }
      if (rebuilt || resized) {
        if (pinnedRun) align();
        if (sourceChanged || resized) fit(source);
        [target, ...(pinnedRun ? [pinned] : [])].forEach(fit);
      }

      const scale = field.signed ? theme.change : theme.weight;
      const shade = (col) => (row === null || col < 0 || col >= field.liveCols || row >= field.liveRows || maskOf(field, row, col) ? null : scale(cellOf(field, map, row, col)));
      const self = view.attention === 'self';
      const onSource = !self && field.cols === run.S;
      source.chips.forEach(({ chip, slot }, i) => {
        colour(chip, onSource ? shade(i) : null);
        attr(slot, 'data-masked', (onSource && row !== null && row < field.liveRows && maskOf(field, row, i) > 0) || null);
      });
      put(source.caption, onSource ? say(`shaded_${view.attention}`) : '');
      const shadeOf = (of) => (of.parallel ? (i) => shade(i - 1) : shade); // chip 0 is what was read, not a position
      paintTarget(target, run, view.step, theme, self && shown !== pinnedRun ? shadeOf(run) : null);
      for (const { caption } of [source, target]) attr(caption, 'title', caption.textContent || null);
      put(target.caption, say(self && shown !== pinnedRun ? 'shaded_self' : 'shaded_probability'));
      if (pinnedRun) {
        // A may be longer than B: at B's end all of A is shown.
        const step = view.step === run.T ? pinnedRun.T : Math.min(view.step, pinnedRun.T);
        paintTarget(pinned, pinnedRun, step, theme, self && shown === pinnedRun ? shadeOf(pinnedRun) : null);
        put(pinned.caption, pinnedRun.label);
        attr(pinned.caption, 'title', pinnedRun.label);
      }
    },
  };
}
