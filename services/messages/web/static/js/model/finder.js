/**
 * A list of messages out of all rooms that is asked for page by page, newest first.
 *
 * Events: "change".
 */
export class Finder extends EventTarget {
  #ask;
  #next = undefined;
  #turn = 0;

  messages = [];
  more = false;
  state = "idle"; // "loading", "failed"
  problem = "";
  asked = null; // what the messages answer

  /** ask(query, before) resolves to {messages, more, next}. */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /** Another query: what was found before goes when there is an answer. */
  first(query) {
    this.asked = query;
    this.#next = undefined;
    return this.#load(query, undefined);
  }

  /** The next page, if there is one and nothing is under way. */
  async further() {
    if (this.more && this.state === "idle") await this.#load(this.asked, this.#next);
  }

  again() {
    return this.#load(this.asked, this.#next);
  }

  clear() {
    this.#turn++;
    Object.assign(this, { messages: [], more: false, state: "idle", problem: "", asked: null });
    this.#tell();
  }

  async #load(query, before) {
    const turn = ++this.#turn;
    this.state = "loading";
    this.#tell();
    try {
      const { messages, more, next } = await this.#ask(query, before);
      if (turn !== this.#turn) return;
      this.messages = before === undefined ? messages : [...this.messages, ...messages];
      this.more = more;
      this.#next = next;
      this.state = "idle";
    } catch (/** @type {any} */ error) {
      if (turn !== this.#turn) return;
      if (before === undefined) Object.assign(this, { messages: [], more: false });
      this.state = "failed";
      this.problem = error.status ? error.message : "There is no connection just now.";
    }
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}
