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

/** What a browser's EventSource looks like to a page; the test plays the server. */
export class FakeEventSource extends EventTarget {
  static CLOSED = 2;
  static opened = [];

  readyState = 0;

  constructor(url) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  static get last() {
    return FakeEventSource.opened.at(-1);
  }

  send(type, data = {}) {
    this.readyState = 1;
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }

  /** The connection breaks; a browser would try again by itself. */
  cut() {
    this.readyState = 0;
    this.dispatchEvent(new Event("error"));
  }

  /** An error status: a browser gives up. */
  refuse() {
    this.readyState = FakeEventSource.CLOSED;
    this.dispatchEvent(new Event("error"));
  }

  close() {
    this.readyState = FakeEventSource.CLOSED;
  }
}
