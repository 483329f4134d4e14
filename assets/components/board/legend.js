// What the colours and hatches of panels mean, naming only those that occur.
import { maskParts } from '../lib/legend.js';

/** The parts that tell what the colours and hatches of panels mean. */
export function legendOf(panels, say) {
  const meant = (some, usual) => ({ text: some.find((panel) => panel.legend)?.legend ?? say(usual) });
  const signed = panels.filter(({ scale }) => scale === 'diverging');
  const coloured = panels.filter(({ scale, texts, drawable }) => scale === 'sequential' && !texts && !drawable);
  const relative = coloured.filter(({ top }) => top !== 1), weights = coloured.filter(({ top }) => top === 1);
  return [
    ...(signed.length ? [{ text: '−' }, { signed: true }, { text: '+' }, meant(signed, 'legend_diverging')] : []),
    ...(relative.length ? [{ text: '   0' }, { signed: false }, meant(relative, 'legend_relative')] : []),
    ...(weights.length ? [{ text: '   0' }, { signed: false }, { text: '1' }, meant(weights, 'legend_sequential')] : []),
    ...maskParts(panels, say),
  ];
}
