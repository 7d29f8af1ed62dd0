const enough = 30; // messages: more than a screen shows
const patience = 100; // ms, for the hub
const manyUnread = 40; // more than the newest page may hold

/**
 * Finds what to show of a room that this page has not opened yet: what the hub has of it if that is enough, else what
 * the server says; without a connection, what there is.
 */
export class Arrival {
  #api;
  #line;
  #asked = new Map(); // room: resolve

  constructor({ api, line }) {
    this.#api = api;
    this.#line = line;
    line.addEventListener("kept", ({ detail: { room, kept } }) => {
      this.#asked.get(room)?.(kept);
      this.#asked.delete(room);
    });
  }

  /** {messages, at, more, newer, from?}. Rejects as Api does. */
  async of(summary) {
    const kept = await this.#kept(summary.name);
    if (kept && isEnough(kept, summary)) return fromHub(kept);
    try {
      return await this.#fromServer(summary);
    } catch (error) {
      if (kept?.messages.length > 0 && !error.status) return fromHub(kept);
      throw error;
    }
  }

  #kept(name) {
    return new Promise((resolve) => {
      this.#asked.set(name, resolve);
      setTimeout(() => resolve(null), patience);
      this.#line.post({ type: "look", room: name });
    });
  }

  async #fromServer({ name, unread, read }) {
    if (unread < manyUnread) {
      const { messages, head, more } = await this.#api.history(name);
      return { messages, at: head, more, newer: false, from: more ? messages[0].id - 1 : 0 };
    }
    const { messages, head, more } = await this.#api.history(name, { around: read + 1 });
    return { messages, at: head, more, newer: messages.length === 50 };
  }
}

function isEnough({ messages, from }, { unread, read }) {
  return (messages.length >= enough || from === 0) && (unread === 0 || read >= from);
}

function fromHub({ messages, from, at }) {
  return { messages, at, more: from > 0, newer: false };
}
