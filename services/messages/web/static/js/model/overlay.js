/**
 * What was done to messages here and is not in them yet. A change lies over its message until it is stored and the
 * message has come to that revision; or it is taken back.
 */
export class Overlay {
  #changes = new Map(); // id: Map of key: {change, until}; until is null before it is stored
  #made = new Map(); // id: {message, shown}

  /** change(message) returns the message as it will be. */
  put(id, key, change) {
    if (!this.#changes.has(id)) this.#changes.set(id, new Map());
    this.#changes.get(id).set(key, { change, until: null });
    this.#made.delete(id);
  }

  /** It is stored, at a revision. */
  settle(id, key, revision) {
    const known = this.#changes.get(id)?.get(key);
    if (known) known.until = revision;
    this.#made.delete(id);
  }

  drop(id, key) {
    this.#changes.get(id)?.delete(key);
    this.#made.delete(id);
  }

  /** The message as it is to be shown: the same object for as long as nothing changes. */
  over(message) {
    const changes = this.#changes.get(message.id);
    if (!changes) return message;
    const made = this.#made.get(message.id);
    if (made?.message === message) return made.shown;
    for (const [key, { until }] of changes) if (until !== null && until <= message.revision) changes.delete(key);
    if (changes.size === 0) this.#changes.delete(message.id);
    const shown = message.deleted ? message : [...changes.values()].reduce((so, { change }) => change(so), message);
    this.#made.set(message.id, { message, shown });
    if (changes.size === 0) this.#made.delete(message.id);
    return shown;
  }
}
