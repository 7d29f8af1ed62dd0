import { Errand } from "./errand.js";

/** Tells the server how far I have read: at most once a second for each room, the last first of all, until it is known. */
export class Reads {
  #put;
  #onError;
  #clock;
  #errands = new Map();
  #wanted = new Map();

  /** put(room, id) tells the server. Refused for good: onError(error, room). */
  constructor({ put, onError, clock = globalThis }) {
    this.#put = put;
    this.#onError = onError;
    this.#clock = clock;
  }

  tell(room, id) {
    this.#wanted.set(room, Math.max(id, this.#wanted.get(room) ?? 0));
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
      run: () => this.#put(room, this.#wanted.get(room)),
      onError: (error) => this.#onError(error, room),
      clock: this.#clock,
    });
  }
}
