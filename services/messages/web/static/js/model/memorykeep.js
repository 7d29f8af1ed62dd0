/** What Keep does, without a database: for a browser that keeps nothing. It is gone with the owner of the stream. */
export class MemoryKeep {
  #messages = new Map();

  lasting = false;

  async load() {
    return { at: null, rooms: [], entries: [] };
  }

  at() {}

  room() {}

  message(message) {
    if (!this.#messages.has(message.room)) this.#messages.set(message.room, new Map());
    this.#messages.get(message.room).set(message.id, message);
  }

  drop(room, ids) {
    for (const id of ids) this.#messages.get(room)?.delete(id);
  }

  forget(room) {
    this.#messages.delete(room);
  }

  async messages(room) {
    return [...(this.#messages.get(room)?.values() ?? [])].sort((a, b) => a.id - b.id);
  }

  async entry() {
    return false;
  }

  async dropEntry() {}

  async waits() {
    return true;
  }

  async flush() {}

  async clear() {
    this.#messages.clear();
  }

  close() {}
}
