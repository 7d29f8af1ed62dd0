import { Errand } from "./errand.js";

/**
 * Tells the server how far I have read, and where I have not any more: at most once a second for each room, the last first
 * of all, until it is known.
 */
export class Reads {
  #put;
  #onError;
  #clock;
  #errands = new Map();
  #wanted = new Map(); // room: {id, unread}

  /** put(room, id, unread) tells the server. Refused for good: onError(error, room). */
  constructor({ put, onError, clock = globalThis }) {
    this.#put = put;
    this.#onError = onError;
    this.#clock = clock;
  }

  tell(room, id) {
    const { id: before = 0, unread = false } = this.#wanted.get(room) ?? {};
    this.#want(room, { id: unread ? id : Math.max(id, before), unread: false });
  }

  /** What is above id is unread, whatever was told before. */
  reopen(room, id) {
    this.#want(room, { id, unread: true });
    this.#errands.get(room).hurry();
  }

  /** Whether the server may not know yet that a room was marked unread. */
  reopening(room) {
    return this.#wanted.get(room)?.unread ?? false;
  }

  #want(room, wanted) {
    this.#wanted.set(room, wanted);
    if (!this.#errands.has(room)) this.#errands.set(room, this.#errand(room));
    this.#errands.get(room).want();
  }

  hurry() {
    for (const errand of this.#errands.values()) errand.hurry();
  }

  forget(room) {
    this.#errands.get(room)?.stop();
    this.#errands.delete(room);
    this.#wanted.delete(room);
  }

  stop() {
    for (const room of [...this.#errands.keys()]) this.forget(room);
  }

  #errand(room) {
    return new Errand({
      run: async () => {
        const wanted = this.#wanted.get(room);
        await this.#put(room, wanted.id, wanted.unread);
        if (wanted.unread && this.#wanted.get(room) === wanted) this.#wanted.delete(room);
      },
      onError: (error) => this.#onError(error, room),
      clock: this.#clock,
    });
  }
}
