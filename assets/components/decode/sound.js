// For a model that writes sounds: what is written so far in IPA, the browser's own voice, the dictionary's answers.
import { attr, make, put } from '../lib/dom.js';

export function createSound(root, act) {
  const line = make(root, 'div', 's2s-sound', { role: 'group' });
  const ipa = make(line, 'output', 's2s-ipa', { 'aria-live': 'off' });
  const hear = make(line, 'button', 's2s-button s2s-hear', { type: 'button' });
  const known = make(line, 'span', 's2s-known');
  const voice = window.speechSynthesis;
  let shownRun;

  hear.onclick = () => {
    const saying = new SpeechSynthesisUtterance(hear.dataset.word);
    saying.lang = 'en-US';
    voice.cancel();
    voice.speak(saying);
  };
  /** Browsers list their voices late; without an English one nothing would be heard. */
  const canSpeak = () => voice?.getVoices().some(({ lang }) => /^en/i.test(lang));
  const offer = () => { hear.hidden = !canSpeak(); };
  voice?.addEventListener?.('voiceschanged', offer);

  function build(run, say) {
    attr(line, 'aria-label', say('sound'));
    put(hear, say('hear', { word: run.sound.word }));
    attr(hear, 'title', say('hear_title', { word: run.sound.word }));
    attr(hear, 'data-word', run.sound.word);
    offer();
    known.replaceChildren();
    if (!run.sound.known.length) return;
    make(known, 'span').textContent = say(run.sound.held_out ? 'dictionary_held_out' : 'dictionary_trained');
    attr(known, 'title', say(run.sound.held_out ? 'dictionary_held_out_title' : 'dictionary_trained_title'));
    for (const { text, spoken } of run.sound.known) {
      const choice = make(known, 'button', 's2s-answer', { type: 'button', 'data-inert': '', 'aria-pressed': text === run.sound.reference, title: say('take_reference', { text }) });
      choice.textContent = `${text}  /${spoken}/`;
      choice.onclick = () => act.takeReference(text);
    }
  }

  return {
    update({ say, run, view, restyled }) {
      attr(line, 'hidden', !run.sound || null);
      if (!run.sound) return;
      if (run !== shownRun || restyled) build(run, say);
      shownRun = run;
      put(ipa, `/${run.sound.ipa.slice(0, view.step).join('') || '…'}/`); // nothing is heard yet
      attr(ipa, 'title', say('ipa_title'));
    },
  };
}
