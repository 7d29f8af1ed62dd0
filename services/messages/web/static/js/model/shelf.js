/** What one user keeps in this browser. A browser that keeps nothing (private mode, full) is no reason to fail. */
export class Shelf {
  #storage;
  #prefix;

  constructor(storage, username) {
    this.#storage = storage;
    this.#prefix = `parley:${username}:`;
  }

  get(key) {
    try {
      return JSON.parse(this.#storage.getItem(this.#prefix + key));
    } catch {
      return null;
    }
  }

  /** Whether it could be kept. */
  set(key, value) {
    try {
      this.#storage.setItem(this.#prefix + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  remove(key) {
    try {
      this.#storage.removeItem(this.#prefix + key);
    } catch {
      // Nothing is kept, so nothing is left behind.
    }
  }

  /** The keys that begin so, without the user's prefix. */
  keys(beginning) {
    const found = [];
    try {
      for (let i = 0; i < this.#storage.length; i++) {
        const key = this.#storage.key(i);
        if (key.startsWith(this.#prefix + beginning)) found.push(key.slice(this.#prefix.length));
      }
    } catch {
      return [];
    }
    return found;
  }

  /** The user has signed out: nothing is left. */
  clear() {
    for (const key of this.keys("")) this.remove(key);
  }
}

/** The browser's localStorage; null where it is forbidden even to look, which Shelf takes for an empty one. */
export function localShelf(username) {
  /** @type {Storage | null} */
  let storage = null;
  try {
    storage = globalThis.localStorage;
  } catch {
    // Blocked by the reader's settings.
  }
  return new Shelf(storage, username);
}
