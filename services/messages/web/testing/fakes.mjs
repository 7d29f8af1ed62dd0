/** A clock whose time passes when a test says so. */
export class Clock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  now = () => this.#now;

  setTimeout = (act, delay) => {
    this.#timers.set(this.#next, { act, at: this.#now + delay });
    return this.#next++;
  };

  clearTimeout = (id) => this.#timers.delete(id);

  get pending() {
    return this.#timers.size;
  }

  async pass(time) {
    const end = this.#now + time;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { act, at }] = due;
      this.#timers.delete(id);
      this.#now = at;
      act();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets all promises that can be settled settle. */
export function settle() {
  return new Promise((done) => setImmediate(done));
}

/** Storage as in a browser, in memory. */
export class MemoryStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

/** What Source looks like to a stream; the test plays the server. */
export class FakeSource extends EventTarget {
  static opened = [];

  closed = false;

  constructor(url) {
    super();
    this.url = url;
    FakeSource.opened.push(this);
  }

  static get last() {
    return FakeSource.opened.at(-1);
  }

  open() {
    this.#tell("open");
  }

  send(type, data = {}) {
    this.#tell("event", { type, data: JSON.stringify(data) });
  }

  /** The connection breaks. */
  cut() {
    this.#tell("closed", { status: 0 });
  }

  refuse(status) {
    this.#tell("closed", { status });
  }

  close() {
    this.closed = true;
  }

  #tell(type, detail) {
    if (!this.closed) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** As much of an idb database as Keep uses. A transaction whose work fails changes nothing; reads wait for those before. */
export class FakeDb {
  #done = Promise.resolve();
  stores = { me: new Map(), rooms: new Map(), messages: new Map(), outbox: new Map() };
  full = false;
  transactions = 0;

  async get(store, key) {
    await this.#done;
    return this.stores[store].get(JSON.stringify(key));
  }

  async getKey(store, key) {
    await this.#done;
    return this.stores[store].has(JSON.stringify(key)) ? key : undefined;
  }

  async getAll(store, range) {
    await this.#done;
    const all = [...this.stores[store].values()].sort((a, b) => a.id - b.id); // by key, within a room
    return structuredClone(range ? all.filter(({ room }) => room === range.room) : all);
  }

  async put(store, value) {
    if (this.full) throw new Error("QuotaExceededError");
    this.stores[store].set(JSON.stringify(value.clientId), structuredClone(value));
    return value.clientId;
  }

  async delete(store, key) {
    this.stores[store].delete(JSON.stringify(key));
  }

  transaction() {
    this.transactions++;
    const work = [];
    const keyOf = { rooms: ({ name }) => name, messages: ({ room, id }) => [room, id], outbox: ({ clientId }) => clientId };
    const objectStore = (name) => ({
      put: async (value, key = keyOf[name](value)) => {
        const copy = structuredClone(value);
        work.push(() => this.stores[name].set(JSON.stringify(key), copy));
      },
      delete: async (key) => work.push(() => this.stores[name].delete(JSON.stringify(key))),
      clear: async () => work.push(() => this.stores[name].clear()),
    });
    const done = settle().then(() => {
      if (this.full) throw new Error("QuotaExceededError");
      for (const act of work) act();
    });
    this.#done = done.catch(() => {});
    return { objectStore, done };
  }

  close() {}
}

globalThis.IDBKeyRange ??= { bound: ([room]) => ({ room }) };

/** The Web Locks of one browser. */
export class FakeLocks {
  #queues = new Map();

  /** As navigator.locks.request(name, {signal}, act), or without options. */
  async request(name, ...rest) {
    const act = rest.at(-1);
    const signal = rest.length > 1 ? rest[0].signal : undefined;
    const before = this.#queues.get(name) ?? Promise.resolve();
    let release;
    this.#queues.set(name, before.then(() => new Promise((done) => (release = done))));
    await before;
    await Promise.resolve();
    try {
      if (signal?.aborted) throw new Error("AbortError");
      return await act();
    } finally {
      release();
    }
  }
}

/** The BroadcastChannels of one browser. */
export function fakeChannels() {
  const open = new Map();
  return class {
    onmessage = null;

    constructor(name) {
      this.peers = open.get(name) ?? open.set(name, new Set()).get(name);
      this.peers.add(this);
    }

    postMessage(data) {
      const copy = structuredClone(data);
      for (const peer of this.peers) if (peer !== this) queueMicrotask(() => peer.onmessage?.({ data: copy }));
    }
  };
}
