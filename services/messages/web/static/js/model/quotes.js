import { isNoAnswer } from "./api.js";

/**
 * Messages that are answered and are not loaded: each is fetched once, for its quote, one after another.
 *
 * Events: "change".
 */
export class Quotes extends EventTarget {
  #room;
  #api;
  #known = new Map(); // id: the message; undefined while it is asked for, null if it can't be had
  #asking = Promise.resolve();
  #unanswered = new Set(); // ids that were asked for without a connection
  #floor = 0; // what was said up to here is gone

  constructor({ room, api }) {
    super();
    this.#room = room;
    this.#api = api;
  }

  /** The message, if it is known; else it is asked for. */
  get(id) {
    if (id <= this.#floor) return undefined;
    if (!this.#known.has(id)) {
      const known = this.#known.set(id, undefined);
      this.#asking = this.#asking.then(() => this.#ask(id, known));
    }
    return this.#known.get(id) ?? undefined;
  }

  /** A message as it stands now. */
  take(message) {
    if (this.#known.has(message.id)) this.#put(message);
  }

  /** What was said up to here is gone. */
  expire(floor) {
    this.#floor = floor;
    for (const id of this.#known.keys()) if (id <= floor) this.#known.delete(id);
  }

  /** There is a connection: what could not be asked for is, when it is needed. */
  again() {
    if (this.#unanswered.size === 0) return;
    for (const id of this.#unanswered) this.#known.delete(id);
    this.#unanswered.clear();
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** What has become of them since is not known. */
  forget() {
    this.#known = new Map();
    this.#unanswered.clear();
    this.#floor = 0;
  }

  async #ask(id, known) {
    if (known !== this.#known) return; // it was forgotten
    let found = null;
    try {
      const { messages } = await this.#api.history(this.#room, { around: id, limit: 2 });
      found = messages.find((message) => message.id === id) ?? null;
    } catch (error) {
      if (isNoAnswer(error)) this.#unanswered.add(id); // else the quote leads there all the same
    }
    if (known !== this.#known) return;
    if (found) this.#put(found);
    else if (!known.get(id)) known.set(id, null);
    this.dispatchEvent(new CustomEvent("change"));
  }

  /** What has come since it was asked for is newer. */
  #put(message) {
    const known = this.#known.get(message.id);
    if (!known || known.revision <= message.revision) this.#known.set(message.id, message);
  }
}
