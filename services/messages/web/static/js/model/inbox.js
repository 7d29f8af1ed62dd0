const together = 50; // ms

/**
 * Messages that have come and are not shown yet. Those of a replay are shown together, and so are those that come faster
 * than they can be looked at: a page that showed each by itself would do nothing else.
 */
export class Inbox {
  #take;
  #messages = [];
  /** @type {any} */
  #timer = null;
  #clock;
  #now;
  #shown = -together; // when some were shown last

  constructor(take, { clock = globalThis, now = () => performance.now() } = {}) {
    this.#take = take;
    this.#clock = clock;
    this.#now = now;
  }

  push(message) {
    this.#messages.push(message);
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), together);
  }

  /** There is no more to wait for: they are shown at once, unless some just were. */
  live() {
    if (this.#now() - this.#shown >= together) this.flush();
  }

  flush() {
    const messages = this.#messages;
    this.clear();
    this.#shown = this.#now();
    if (messages.length > 0) this.#take(messages);
  }

  clear() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#messages = [];
  }
}
