/**
 * The messages of a room that are loaded: a run without a gap, in order of id, at most `most` of them. What is let go
 * to keep within that can be loaded again.
 *
 *      … older on the server │ first … last │ newer on the server …
 *                            hasOlder       !atNewest
 */
export class History {
  #messages = [];
  #most;

  hasOlder = false;
  atNewest = true; // what arrives live comes right after the last
  floor = 0; // what was said up to here is gone

  constructor(most = 400) {
    this.#most = most;
  }

  get messages() {
    return this.#messages;
  }

  get first() {
    return this.#messages[0];
  }

  get last() {
    return this.#messages.at(-1);
  }

  get size() {
    return this.#messages.length;
  }

  get(id) {
    return this.#messages[this.#index(id)];
  }

  before(id) {
    return this.#messages[this.#place(id) - 1];
  }

  after(id) {
    const place = this.#place(id);
    return this.#messages[this.#messages[place]?.id === id ? place + 1 : place];
  }

  /**
   * Takes a message as it stands at its revision. Returns "added", "changed", or "ignored": an older revision, or one
   * that lies outside of what is loaded.
   */
  upsert(message) {
    if (message.id <= this.floor) return "ignored";
    const index = this.#index(message.id);
    if (index >= 0) {
      if (message.revision < this.#messages[index].revision) return "ignored";
      this.#messages[index] = message;
      return "changed";
    }
    if (this.first && message.id < this.first.id && this.hasOlder) return "ignored";
    if (!this.atNewest && message.id > (this.last?.id ?? 0)) return "ignored";
    this.#messages.splice(this.#place(message.id), 0, message);
    return "added";
  }

  /** Takes a page of messages that joins on at either end; returns those that were not there yet, oldest first. */
  join(page) {
    const messages = page.filter(({ id }) => id > this.floor);
    const added = messages.filter((message) => this.#index(message.id) < 0);
    for (const message of messages) {
      const index = this.#index(message.id);
      if (index < 0) this.#messages.splice(this.#place(message.id), 0, message);
      else if (message.revision >= this.#messages[index].revision) this.#messages[index] = message;
    }
    return added;
  }

  /** Lets the newest go until at most `most` are left; returns them. */
  trimNewest() {
    const gone = this.#messages.splice(this.#most);
    if (gone.length > 0) this.atNewest = false;
    return gone;
  }

  /** Lets the oldest go if there are more than `most`, an eighth of them at once: all that stays moves. Returns them. */
  trimOldest(most = this.#most) {
    const gone = this.size > most ? this.#messages.splice(0, this.size - most + Math.floor(most / 8)) : [];
    if (gone.length > 0) this.hasOlder = true;
    return gone;
  }

  clear() {
    this.#messages = [];
  }

  /** What was said up to here is gone. Returns whether any of it was loaded. */
  expire(floor) {
    if (floor <= this.floor) return false;
    this.floor = floor;
    const gone = this.#messages.splice(0, this.#place(floor + 1));
    if (gone.length > 0) this.hasOlder = false;
    return gone.length > 0;
  }

  #index(id) {
    const place = this.#place(id);
    return this.#messages[place]?.id === id ? place : -1;
  }

  /** Where id stands or would stand. */
  #place(id) {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
