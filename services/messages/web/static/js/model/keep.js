const pace = 250; // ms between writes

/**
 * What the owner of the stream keeps in IndexedDB for one user: where it stands in my log; my rooms, each with its
 * position; the newest messages of each; and what waits to be sent.
 *
 *     me: where I stand in my log    rooms: by name    messages: by [room, id]    outbox: by client id
 *
 * A position never runs ahead of what it stands for: what changed in a moment is written in one transaction, rooms as they
 * are then. When a write fails nothing more is written, so that what is there stays true.
 */
export class Keep {
  #db;
  #clock;
  #timer = null;
  #at = null; // what is to be written: null, nothing
  #rooms = new Map(); // name: the Room; null, forget it
  #messages = new Map(); // "room id": [key, the message; null, forget it]
  #writing = Promise.resolve();
  #broken = false;

  constructor({ db, clock = globalThis }) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Whether what is given here will be there the next time. */
  get lasting() {
    return !this.#broken;
  }

  /** What was kept: {at, rooms, entries}; at is null if there is nothing. */
  async load() {
    const all = () => Promise.all([this.#db.get("me", "at"), this.#db.getAll("rooms"), this.#db.getAll("outbox")]);
    const [at = null, rooms = [], entries = []] = (await this.#try(all)) ?? [];
    return { at, rooms, entries };
  }

  at(position) {
    this.#at = position;
    this.#soon();
  }

  room(room) {
    this.#rooms.set(room.name, room);
    this.#soon();
  }

  message(message) {
    this.#messages.set(`${message.room} ${message.id}`, [[message.room, message.id], message]);
    this.#soon();
  }

  drop(room, ids) {
    for (const id of ids) this.#messages.set(`${room} ${id}`, [[room, id], null]);
    this.#soon();
  }

  forget(room, ids) {
    this.drop(room, ids);
    this.#rooms.set(room, null);
  }

  /** The messages of a room that are kept; null if they can't be read. */
  async messages(room) {
    await this.flush();
    if (this.#broken) return null;
    return this.#try(() => this.#db.getAll("messages", IDBKeyRange.bound([room], [room, []])));
  }

  /** A message that waits to be sent. Returns whether it is safe now. */
  entry(entry) {
    return this.#try(async () => Boolean(await this.#db.put("outbox", entry)));
  }

  dropEntry(clientId) {
    return this.#try(() => this.#db.delete("outbox", clientId));
  }

  /** Whether it still waits: another owner may have sent it. */
  async waits(clientId) {
    const key = await this.#try(() => this.#db.getKey("outbox", clientId));
    return this.#broken || key !== undefined;
  }

  /** Writes what has changed. */
  async flush() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async clear() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#at = null;
    this.#rooms.clear();
    this.#messages.clear();
    await this.#writing;
    await this.#try(async () => {
      const stores = ["me", "rooms", "messages", "outbox"];
      const change = this.#db.transaction(stores, "readwrite");
      await Promise.all([...stores.map((store) => change.objectStore(store).clear()), change.done]);
    });
  }

  close() {
    this.#clock.clearTimeout(this.#timer);
    this.#db.close();
  }

  #soon() {
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), pace);
  }

  #write() {
    if (this.#broken || (this.#at === null && this.#rooms.size === 0 && this.#messages.size === 0)) return undefined;
    return this.#try(async () => {
      const change = this.#db.transaction(["me", "rooms", "messages"], "readwrite");
      const to = (store) => change.objectStore(store);
      const put = (store, key, value) => (value === null ? to(store).delete(key) : to(store).put(value));
      const work = [];
      if (this.#at !== null) work.push(to("me").put(this.#at, "at"));
      for (const [room, state] of this.#rooms) work.push(put("rooms", room, state?.record() ?? null));
      for (const [key, message] of this.#messages.values()) work.push(put("messages", key, message));
      this.#at = null;
      this.#rooms.clear();
      this.#messages.clear();
      await Promise.all([...work, change.done]);
    });
  }

  async #try(action) {
    try {
      return await action();
    } catch {
      this.#broken = true; // full, or taken away by the reader: go on without
      return undefined;
    }
  }
}
