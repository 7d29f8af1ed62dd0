const quiet = 30_000; // ms: it would talk all the time

/** Tells who listens that somebody writes in the open room: as it begins, and then not again for half a minute. */
export class TypingVoice {
  #say;
  #now;
  #said = new Map(); // room: when

  /** @param {{say: (text: string) => void, now?: () => number}} options */
  constructor({ say, now = () => performance.now() }) {
    this.#say = say;
    this.#now = now;
  }

  /** The line of a room has a new text; "" is nobody. */
  shows(room, text) {
    const now = this.#now();
    if (text === "" || now - (this.#said.get(room) ?? -quiet) < quiet) return;
    this.#said.set(room, now);
    this.#say(text);
  }
}
