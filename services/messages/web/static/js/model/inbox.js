const together = 50; // ms

/** Messages that have come and are not shown yet: those of a replay are shown together. */
export class Inbox {
  #take;
  #messages = [];
  /** @type {any} */
  #timer = null;

  constructor(take) {
    this.#take = take;
  }

  push(message) {
    this.#messages.push(message);
    this.#timer ??= setTimeout(() => this.flush(), together);
  }

  flush() {
    const messages = this.#messages;
    this.clear();
    if (messages.length > 0) this.#take(messages);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#messages = [];
  }
}
