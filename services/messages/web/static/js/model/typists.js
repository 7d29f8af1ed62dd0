const shown = 5000; // ms after it was last told

/**
 * Who is writing where, as far as others were told within the last five seconds: a hint, which may be lost. Event:
 * "change" {room}.
 */
export class Typists extends EventTarget {
  #me;
  #clock;
  #rooms = new Map(); // name: Map of username: timer, in the order in which they began

  /** @param {{me: string, clock?: any}} options */
  constructor({ me, clock = globalThis }) {
    super();
    this.#me = me;
    this.#clock = clock;
  }

  /** Those who write in a room. */
  in(room) {
    return [...(this.#rooms.get(room)?.keys() ?? [])];
  }

  /** Somebody writes in a room. */
  hear({ room, username }) {
    if (username === this.#me) return;
    if (!this.#rooms.has(room)) this.#rooms.set(room, new Map());
    const there = this.#rooms.get(room);
    const known = there.has(username);
    this.#clock.clearTimeout(there.get(username));
    there.set(username, this.#clock.setTimeout(() => this.done({ room, username }), shown));
    if (!known) this.#tell(room);
  }

  /** They do not any more: what they wrote has arrived, or time has passed. */
  done({ room, username }) {
    const there = this.#rooms.get(room);
    if (!there?.has(username)) return;
    this.#clock.clearTimeout(there.get(username));
    there.delete(username);
    if (there.size === 0) this.#rooms.delete(room);
    this.#tell(room);
  }

  #tell(room) {
    this.dispatchEvent(new CustomEvent("change", { detail: { room } }));
  }
}

/** What is said of those who write. */
export function typingText(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing…`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
  return "Several people are typing…";
}
