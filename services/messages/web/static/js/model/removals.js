const time = 5000; // ms in which a deletion can be undone

/** Messages that are about to be deleted: each waits a while, in which it can be undone. */
export class Removals {
  #send;
  #clock;
  #waiting = new Map(); // id: timer

  /** send(id) deletes. */
  constructor({ send, clock = globalThis }) {
    this.#send = send;
    this.#clock = clock;
  }

  has(id) {
    return this.#waiting.has(id);
  }

  begin(id) {
    if (this.has(id)) return;
    this.#waiting.set(id, this.#clock.setTimeout(() => this.#go(id), time));
  }

  undo(id) {
    this.#clock.clearTimeout(this.#waiting.get(id));
    return this.#waiting.delete(id);
  }

  /** There is no more time to undo anything. */
  flush() {
    for (const [id, timer] of this.#waiting) {
      this.#clock.clearTimeout(timer);
      this.#go(id);
    }
  }

  #go(id) {
    this.#waiting.delete(id);
    this.#send(id);
  }
}
