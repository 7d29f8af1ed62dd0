const every = 60_000; // ms: what was told live is a hint, and some is lost
const most = 200;

/**
 * Who of some people is here: asked of the server now and then, and told by notices in between. Event: "change".
 */
export class Presence extends EventTarget {
  #ask;
  #clock;
  #seen;
  #names = new Set();
  #states = new Map();
  #asking = false;
  #timer = null;

  /**
   * ask(names) resolves to {people: {name: state}}; seen() says whether anybody looks.
   *
   * @param {{ask: (names: string[]) => Promise<{people: Record<string, string>}>, seen?: () => boolean, clock?: any}} options
   */
  constructor({ ask, seen = () => true, clock = globalThis }) {
    super();
    this.#ask = ask;
    this.#seen = seen;
    this.#clock = clock;
  }

  /** "online", "away" or "offline"; undefined if nothing is known. */
  of(name) {
    return this.#states.get(name);
  }

  /** These are shown, too. */
  watch(names) {
    const known = this.#names.size;
    for (const name of names) if (this.#names.size < most) this.#names.add(name);
    if (this.#names.size > known) this.refresh();
  }

  /** A notice: {username, state}. */
  hear({ username, state }) {
    if (!this.#names.has(username) || this.#states.get(username) === state) return;
    this.#states.set(username, state);
    this.#tell();
  }

  /** Asks now, and then every minute. */
  async refresh() {
    this.#later();
    if (this.#asking || this.#names.size === 0 || !this.#seen()) return;
    this.#asking = true;
    await null; // more may be watched at once
    const names = [...this.#names];
    try {
      const { people } = await this.#ask(names);
      for (const name of names) this.#states.set(name, people[name] ?? "offline");
      this.#tell();
    } catch {
      // It is asked again.
    } finally {
      this.#asking = false;
    }
    if (this.#names.size > names.length) this.refresh();
  }

  #later() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.refresh(), every);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** A state in words. */
export function presenceText(state) {
  return { online: "Online", away: "Away", offline: "Offline" }[state] ?? "";
}
