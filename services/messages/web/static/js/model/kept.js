import { isCalled } from "./called.js";

const most = 100;

/**
 * Which messages of a room are kept: all whose id is above `from`, at most 100, in order. Every change that came after
 * `whole` was to one of these.
 */
export class Kept {
  #me;
  #entries; // {id, revision}; quiet: it never counts as unread; mine; called: it mentions me

  constructor({ entries = [], from, whole }, me) {
    this.#me = me;
    this.#entries = entries;
    this.from = from;
    this.whole = whole;
  }

  record() {
    return { entries: this.#entries, from: this.from, whole: this.whole };
  }

  /** Whether the next one lets the oldest go. */
  get full() {
    return this.#entries.length >= most;
  }

  get ids() {
    return this.#entries.map(({ id }) => id);
  }

  /** Whether these are all that changed after a position, as they stand. */
  matches(messages, position) {
    const wanted = this.#entries.filter(({ revision }) => revision > position);
    return wanted.length === messages.length && wanted.every(({ id, revision }, i) => messages[i].id === id && messages[i].revision === revision);
  }

  /** What there is above a position that counts as unread: {count, mentions}. */
  above(position) {
    const loud = this.#entries.slice(this.#place(position + 1)).filter(({ quiet }) => !quiet);
    return { count: loud.length, mentions: loud.filter(({ called }) => called).length };
  }

  /** The newest of mine above a position; 0. */
  mineAbove(position) {
    return this.#entries.findLast(({ id, mine }) => mine && id > position)?.id ?? 0;
  }

  /** A message as it stands now. Returns whether it is to be kept, and the ids of those that are not any more. */
  put(message) {
    const { id, revision } = message;
    if (id <= this.from) {
      this.whole = Math.max(this.whole, revision);
      return { keep: false, drop: [] };
    }
    const place = this.#place(id);
    const again = this.#entries[place]?.id === id;
    this.#entries.splice(place, again ? 1 : 0, this.#entry(message));
    const drop = this.#trim();
    return { keep: !drop.includes(id), drop };
  }

  /** What a page was written with, when the room stood at `at`: all from above `from`. Returns those that are now kept. */
  seed(messages, from, at) {
    if (at < this.whole || from >= this.from) return [];
    const older = messages.filter(({ id }) => id <= this.from);
    this.#entries = [...older.map((message) => this.#entry(message)), ...this.#entries];
    this.from = from;
    const drop = new Set(this.#trim());
    return older.filter(({ id }) => !drop.has(id));
  }

  /** What was said up to here is gone. Returns the ids of what was kept of it. */
  expire(floor) {
    this.from = Math.max(this.from, floor);
    return this.#entries.splice(0, this.#place(floor + 1)).map(({ id }) => id);
  }

  /** Lets the oldest go. */
  #trim() {
    const gone = this.#entries.splice(0, Math.max(0, this.#entries.length - most));
    for (const { id, revision } of gone) {
      this.from = id;
      this.whole = Math.max(this.whole, revision);
    }
    return gone.map(({ id }) => id);
  }

  /** Where id stands or would stand: near the end, most often. */
  #place(id) {
    let place = this.#entries.length;
    while (place > 0 && this.#entries[place - 1].id >= id) place--;
    return place;
  }

  #entry({ id, revision, username, deleted, thread, mentions = [] }) {
    if (username === this.#me && !thread) return { id, revision, quiet: true, mine: true };
    if (deleted || thread) return { id, revision, quiet: true };
    return isCalled(mentions, this.#me) ? { id, revision, called: true } : { id, revision };
  }
}
