// What stands below a picture: page, model, source, switches, and the link that leads back to it.

const LOOKED = ['layer', 'head', 'step'];
/** Whether it matters to a view which layer, head or step is looked at. */
const isLooked = (name, root) => name in root.dataset || (name !== 'step' && !!document.querySelector(`[class*=st-key-control-${name}-]`));

/** The sentences below a view, from what the page says of itself and its address. */
export function captionOf({ page, model, fields }, showsRun, say, root) {
  const asked = new URLSearchParams(location.search), source = asked.get('source');
  const values = Object.entries(fields).filter(([name]) => asked.has(name) && (!LOOKED.includes(name) || isLooked(name, root))).map(([name, label]) => {
    const value = asked.get(name);
    return say('field', { label, value: value === 'on' || value === 'off' ? say(value) : value });
  });
  const run = showsRun ? [source === null ? '' : say('source', { source }), ...values].filter(Boolean) : [];
  return [[page.title, showsRun ? model.title : ''].filter(Boolean).join(' · '), run.join(' · '), location.href].filter(Boolean);
}

/** Break sentences into lines no wider than there is room; what has no spaces breaks anywhere. */
export function brokenLines(sentences, room, widthOf) {
  return sentences.flatMap((sentence) => {
    const lines = [''];
    for (const word of sentence.match(/\S+\s*|\s+/g) ?? []) {
      if (widthOf(lines.at(-1) + word.trimEnd()) <= room) {
        lines[lines.length - 1] += word;
        continue;
      }
      if (lines.at(-1) && widthOf(word.trimEnd()) <= room) {
        lines.push(word);
        continue;
      }
      for (const char of word) {
        if (widthOf(lines.at(-1) + char) > room && lines.at(-1)) lines.push('');
        lines[lines.length - 1] += char;
      }
    }
    return lines.map((line) => line.trimEnd()).filter(Boolean);
  });
}
