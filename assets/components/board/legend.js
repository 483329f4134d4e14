// What colours and hatches mean, naming only those that occur.

/** Draw the legend of some panels into a canvas, which grows as wide as it needs. */
function paintLegend(canvas, all, theme, say) {
  const text = (key) => ({ text: say(key) });
  const meant = (panels, usual) => ({ text: panels.find((panel) => panel.legend)?.legend ?? say(usual) });
  const signed = all.filter(({ scale }) => scale === 'diverging');
  const coloured = all.filter(({ scale, texts, drawable }) => scale === 'sequential' && !texts && !drawable);
  const relative = coloured.filter(({ top }) => top !== 1), weights = coloured.filter(({ top }) => top === 1);
  const masks = [CAUSAL, PADDING, BY_HAND].filter((kind) => all.some(({ mask }) => mask?.includes(kind)));
  const parts = [
    ...(signed.length ? [{ text: '−' }, { signed: true }, { text: '+' }, meant(signed, 'legend_diverging')] : []),
    ...(relative.length ? [{ text: '   0' }, { signed: false }, meant(relative, 'legend_relative')] : []),
    ...(weights.length ? [{ text: '   0' }, { signed: false }, { text: '1' }, meant(weights, 'legend_sequential')] : []),
    ...masks.flatMap((kind) => [{ kind }, text(`mask_${kind}`)]),
  ];
  const font = `12px ${theme.sans}`, probe = canvas.getContext('2d');
  probe.font = font;
  const width = Math.ceil(parts.reduce((sum, part) => sum + (part.text ? probe.measureText(part.text).width + 6 : part.kind ? 26 : 70), 8));
  paintStyle(canvas, 'width', width + 'px');
  paintStyle(canvas, 'height', '18px');
  const context = sized(canvas, width, 18);
  context.font = font;
  context.textBaseline = 'middle';
  let x = 8;
  for (const part of parts) {
    context.fillStyle = part.kind ? hatchesOf(theme)[part.kind] : theme.quiet;
    if (part.text) context.fillText(part.text, x, 9);
    else if (part.kind) context.fillRect(x, 3, 20, 12);
    else paintScale(context, theme, part.signed, x, 4, 64, 10);
    x += part.text ? context.measureText(part.text).width + 6 : part.kind ? 26 : 70;
  }
  attr(canvas, 'aria-label', parts.map((part) => part.text ?? '').join(' '));
}
