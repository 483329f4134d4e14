// What a view says to the server, said again until it is answered: Streamlit may lose a message, or let the next one overtake it.
// Each has a number, `id`, that grows, also when the view is made anew; the server returns the newest that it has heard, `reply_to`.

const PATIENCE = 1500; // ms after which what was not answered is said again; twice as long each time

/** `send` takes { messages, attempt } to the server: the attempt makes what is said again another value, or Streamlit would not pass it on. */
export function createMessages(send) {
  let attempt = 0, lastId = 0, patience = PATIENCE, since = -Infinity, timer = null;
  function say() {
    clearTimeout(timer);
    since = performance.now();
    timer = setTimeout(say, patience);
    patience *= 2;
    send({ messages: messages.waiting, attempt: attempt++ });
  }
  const messages = {
    waiting: [],
    /** Add what is to be said, in place of what it makes out of date. */
    add(message, outdates = () => false) {
      lastId = Math.max(message.id ?? 0, lastId + 1, Date.now());
      messages.waiting = [...messages.waiting.filter((each) => !outdates(each)), { ...message, id: message.id ?? lastId }];
    },
    /** Say all that waits for an answer; while an answer is on its way, only after that, unless it is to be said `now`. */
    say(now = true) {
      if (!messages.waiting.length) return;
      patience = PATIENCE;
      clearTimeout(timer);
      const pause = now ? 0 : since + PATIENCE - performance.now();
      if (pause > 0) timer = setTimeout(say, pause);
      else say();
    },
    /** Take the server's answer; tell whether nothing waits any more. */
    hear(replyTo) {
      const count = messages.waiting.length;
      messages.waiting = messages.waiting.filter(({ id }) => id > replyTo);
      if (messages.waiting.length < count) since = -Infinity;
      if (!messages.waiting.length) clearTimeout(timer);
      return !messages.waiting.length;
    },
    leave: () => clearTimeout(timer),
  };
  return messages;
}
