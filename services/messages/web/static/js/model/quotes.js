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

  constructor({ room, api }) {
    super();
    this.#room = room;
    this.#api = api;
  }

  /** The message, if it is known; else it is asked for. */
  get(id) {
    if (!this.#known.has(id)) {
      this.#known.set(id, undefined);
      this.#asking = this.#asking.then(() => this.#ask(id));
    }
    return this.#known.get(id) ?? undefined;
  }

  /** A message as it stands now. */
  take(message) {
    const known = this.#known.get(message.id);
    if (known && known.revision <= message.revision) this.#known.set(message.id, message);
  }

  async #ask(id) {
    try {
      const { messages } = await this.#api.history(this.#room, { around: id, limit: 2 });
      this.#known.set(id, messages.find((message) => message.id === id) ?? null);
    } catch {
      this.#known.set(id, null); // the quote leads there all the same
    }
    this.dispatchEvent(new CustomEvent("change"));
  }
}
