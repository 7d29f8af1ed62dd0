/** The pinned messages of a room, the latest pin first: as the server lists them, and as they change meanwhile. */
export class PinList {
  #known = new Map(); // id: the message as it stands, pinned or not
  #floor = 0; // what was said up to here is gone

  /** @returns {import("./types.js").Message[]} */
  get messages() {
    const pinned = [...this.#known.values()].filter(({ pinned_at: at, deleted }) => at && !deleted);
    return pinned.sort((a, b) => compare(b.pinned_at, a.pinned_at) || b.id - a.id);
  }

  /** What the server lists; what has changed since is known already. */
  list(messages) {
    for (const message of messages) this.take(message);
  }

  /** A message as it stands now. Returns whether the list may be another. */
  take(message) {
    if (message.id <= this.#floor) return false;
    const before = this.#known.get(message.id);
    if (before && before.revision >= message.revision) return false;
    this.#known.set(message.id, message);
    return Boolean(before?.pinned_at || message.pinned_at);
  }

  /** What was said up to here is gone. Returns whether the list may be another. */
  expire(floor) {
    this.#floor = floor;
    const gone = [...this.#known.keys()].filter((id) => id <= floor);
    for (const id of gone) this.#known.delete(id);
    return gone.length > 0;
  }

  /** It was unpinned here. */
  remove(id) {
    const message = this.#known.get(id);
    if (message) this.#known.set(id, { ...message, pinned_at: undefined });
  }
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}
