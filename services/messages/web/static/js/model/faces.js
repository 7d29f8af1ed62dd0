const most = 100; // people asked for at once
const together = 60; // ms

/**
 * How people are shown: {version, display_name, avatar, status_text, status_emoji, status_until}, by username. The page is
 * written with those whom it names; the logs of rooms tell when one changes; who else comes up is asked for.
 *
 * Of two the one with the higher version holds. "change" is dispatched when somebody is shown otherwise than before.
 */
export class Faces extends EventTarget {
  #all = new Map();
  #wanted = new Set();
  #asked = new Set();
  /** @type {(usernames: string[]) => Promise<any[]>} */
  #ask = async () => [];
  #begun = false;
  #clock;
  #timer = null;

  /** It counts up with each change. */
  turn = 0;

  constructor({ clock = globalThis } = {}) {
    super();
    this.#clock = clock;
  }

  /** ask(usernames) resolves to [{username, …}]. */
  begin(faces, ask) {
    this.#ask = ask;
    this.#begun = true;
    this.know(faces);
  }

  /** faces: by username. */
  know(faces) {
    let changed = false;
    for (const [username, face] of Object.entries(faces)) changed = this.#put(username, face) || changed;
    if (changed) this.#tell();
  }

  /** As the log of a room has it. */
  take({ username, ...face }) {
    this.know({ [username]: face });
  }

  of(username) {
    const face = this.#all.get(username);
    if (!face && username) this.#want(username);
    return face ?? nobody;
  }

  /** What somebody is called. */
  name(username) {
    return this.of(username).display_name || username;
  }

  /** The emoji of a status, while it lasts. */
  emoji(username, now = Date.now()) {
    const { status_emoji: emoji = "", status_until: until } = this.of(username);
    return until && Date.parse(until) <= now ? "" : emoji;
  }

  /** What is known may be old: positions did not tell of it. Everybody is asked for anew. */
  refresh() {
    this.#asked.clear();
    for (const username of this.#all.keys()) this.#want(username);
  }

  #put(username, face) {
    const before = this.#all.get(username);
    if (before && (face.version ?? 0) < (before.version ?? 0)) return false;
    this.#all.set(username, face);
    return !before || what(face) !== what(before);
  }

  #want(username) {
    if (!this.#begun || this.#asked.has(username)) return;
    this.#asked.add(username);
    this.#wanted.add(username);
    this.#timer ??= this.#clock.setTimeout(() => this.#fetch(), together);
  }

  async #fetch() {
    this.#timer = null;
    const names = [...this.#wanted].slice(0, most);
    for (const name of names) this.#wanted.delete(name);
    if (this.#wanted.size > 0) this.#timer = this.#clock.setTimeout(() => this.#fetch(), together);
    try {
      const found = await this.#ask(names);
      this.know(Object.fromEntries(found.map(({ username, ...face }) => [username, face])));
    } catch {
      for (const name of names) this.#asked.delete(name); // when they come up again
    }
  }

  #tell() {
    this.turn++;
    this.dispatchEvent(new CustomEvent("change"));
  }
}

const nobody = {};

function what({ display_name: name = "", avatar = "", status_text: text = "", status_emoji: emoji = "", status_until: until = "" }) {
  return JSON.stringify([name, avatar, text, emoji, until]);
}

/** Those of the page. */
export const faces = new Faces();
