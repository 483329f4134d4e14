// What colours and hatches mean, naming only those that occur. A part is a {text}, a {kind} of mask, or a scale, which is {signed} or not.

/** The parts that tell what hatches mean. */
const maskParts = (panels, say) => [CAUSAL, PADDING, BY_HAND].filter((kind) => panels.some(({ mask }) => mask?.includes(kind)))
  .flatMap((kind) => [{ kind }, { text: say(`mask_${kind}`) }]);

/** The parts that tell what the colours and hatches of panels mean. */
function legendOf(panels, say) {
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

/** Draw the parts of a legend into a canvas, which grows as wide as they need. */
function paintLegend(canvas, parts, theme) {
  const font = `12px ${theme.sans}`, probe = canvas.getContext('2d');
  probe.font = font;
  const widths = parts.map((part) => (part.text ? probe.measureText(part.text).width + 6 : part.kind ? 26 : 70));
  const width = Math.ceil(widths.reduce((sum, wide) => sum + wide, 8));
  paintStyle(canvas, 'width', width + 'px');
  paintStyle(canvas, 'height', '18px');
  const context = sized(canvas, width, 18);
  context.font = font;
  context.textBaseline = 'middle';
  let x = 8;
  parts.forEach((part, i) => {
    context.fillStyle = part.kind ? hatchesOf(theme)[part.kind] : theme.quiet;
    if (part.text) context.fillText(part.text, x, 9);
    else if (part.kind) context.fillRect(x, 3, 20, 12);
    else paintScale(context, theme, part.signed, x, 4, 64, 10);
    x += widths[i];
  });
  attr(canvas, 'aria-label', parts.map((part) => part.text ?? '').join(' '));
}
