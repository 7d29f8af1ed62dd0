import { ApiError, isNoAnswer } from "./api.js";

const pageSize = 50;
const pause = 3000; // ms between tries to load anew

/**
 * Loads what a room's history lacks, at either end or around a message: one load at a time. Each ends in a change, which
 * apply runs while the reader's view is held.
 *
 *     older ◀── history ──▶ newer      around(id), newest, reset(head): another stretch in its place
 */
export class Loader {
  #room;
  #api;
  #history;
  #apply;
  #onSignedOut;
  /** @type {Promise<boolean> | null} */
  #loading = null; // the load that is under way
  #resetTo = null; // the head at which to load anew
  #closed = false;

  /** room: the OpenRoom. apply(change, {stays}): whether what is in view can stay where it is. */
  constructor({ room, api, history, apply, onSignedOut }) {
    this.#room = room;
    this.#api = api;
    this.#history = history;
    this.#apply = apply;
    this.#onSignedOut = onSignedOut;
  }

  get busy() {
    return this.#loading !== null;
  }

  close() {
    this.#closed = true;
  }

  /** true: done; false: failed; undefined: another was under way. */
  older() {
    return this.#load(async () => {
      const { messages, more } = await this.#ask({ before: this.#history.first.id, limit: pageSize });
      this.#apply(() => {
        this.#history.join(messages);
        this.#history.hasOlder = more;
        this.#history.trimNewest();
      });
    });
  }

  newer() {
    return this.#load(async () => {
      let joined = 0;
      while (joined === 0 && !this.#history.atNewest) {
        const page = await this.#ask({ after: this.#history.last?.id ?? 0, limit: pageSize });
        joined = page.messages.length;
        this.#apply(() => {
          this.#history.join(page.messages);
          this.#history.atNewest = this.#meets(page);
          this.#history.trimOldest();
        });
      }
    });
  }

  /** The newest stretch, if it is not what is loaded. */
  newest() {
    return this.#load(() => this.#history.atNewest || this.#loadNewest(), { wait: true });
  }

  /** The stretch around a message. Resolves to whether the message is there; undefined if that can't be said. */
  async around(id) {
    let found;
    await this.#load(async () => {
      const page = await this.#ask({ around: id, limit: pageSize });
      found = page.messages.some((message) => message.id === id);
      if (found) this.#replace(page, this.#isNewest(page));
    }, { wait: true });
    return found;
  }

  /** Where reading goes on: the messages on either side of a position. */
  from(position) {
    return this.#load(() => this.#loadFrom(position), { wait: true });
  }

  /**
   * The server cannot say what changed since our cursor: load again what is loaded, however often it takes. goOn() is where
   * to go on from instead: the position up to which a reader has read who is at the end; null for others.
   */
  async reset(head, { goOn }) {
    const idle = this.#resetTo === null;
    this.#resetTo = head;
    while (idle && this.#resetTo !== null && !this.#closed) {
      const to = this.#resetTo;
      if (await this.#load(() => this.#reload(to, goOn()), { wait: true })) {
        if (to === this.#resetTo) this.#resetTo = null;
      } else {
        await new Promise((done) => setTimeout(done, pause));
      }
    }
  }

  /** Where the reader is, if that still exists; else the newest. */
  async #reload(head, read) {
    const last = this.#history.last?.id ?? 0;
    if (last > head || (read !== null && read >= head)) return this.#loadNewest();
    if (read !== null) return this.#loadFrom(read);
    const page = await this.#ask({ before: last + 1, limit: 200 });
    return this.#replace(page, last >= page.head && page.head >= this.#room.at);
  }

  async #loadFrom(position) {
    const page = await this.#ask({ around: position + 1, limit: pageSize });
    this.#replace(page, this.#isNewest(page));
  }

  async #loadNewest() {
    do {
      const page = await this.#ask({ limit: pageSize });
      this.#replace(page, page.head >= this.#room.at, false);
    } while (!this.#history.atNewest);
  }

  #replace({ messages, more }, atNewest, stays = true) {
    this.#apply(() => {
      this.#history.clear();
      this.#history.join(messages);
      this.#history.hasOlder = more;
      this.#history.atNewest = atNewest;
    }, { stays });
  }

  /** A page of what follows, that has it all, meets what the stream brings from now on. */
  #meets({ more, head }) {
    return !more && head >= this.#room.at;
  }

  /** A page around a message that is not full has all that follows. */
  #isNewest({ messages, head }) {
    return messages.length < pageSize && head >= this.#room.at;
  }

  async #load(action, { wait = false } = {}) {
    while (this.#loading) {
      if (!wait) return undefined;
      await this.#loading;
    }
    this.#loading = this.#attempt(action);
    const done = await this.#loading;
    return done;
  }

  async #attempt(action) {
    if (this.#closed) return false;
    try {
      await action();
      return true;
    } catch (/** @type {any} */ error) {
      if (error.signedOut) this.#onSignedOut();
      else if (!(error instanceof ApiError || isNoAnswer(error))) throw error;
      return false;
    } finally {
      this.#loading = null;
    }
  }

  async #ask(query) {
    const page = await this.#api.history(this.#room.name, query);
    if (this.#closed) throw new ApiError(404, "room_not_found", "The room is not yours any more.");
    return page;
  }
}
