import { Backoff } from "./backoff.js";

const mostServerErrors = 5;

/**
 * The messages of one room that are not known to be stored, of all pages of this browser. They are sent one at a time, in
 * the order in which they came, each under the client id that makes a retry the same message.
 *
 *      add ──▶ queued ──▶ sending ──▶ (stored: gone)
 *                ▲  ◀── no answer, 429, 5xx: waits
 *                │         │
 *              retry ◀── failed: refused for good
 *
 * Events: "change" {entry}, "sent" {entry, id}, "gone" {entry}, "signedout".
 */
export class Outbox extends EventTarget {
  #room;
  #post;
  #store;
  #clock;
  #backoff;
  #entries = [];
  #sending = null;
  #timer = null;
  #notBefore = 0;
  #serverErrors = 0;
  #stopped = false;

  /**
   * post(room, body, clientId, replyTo) sends. store keeps the entries for the next owner: save(entry), forget(clientId); and
   * claim(entry) says whether one from the last owner is still to be sent.
   */
  constructor({ room, post, store, random, clock = globalThis }) {
    super();
    this.#room = room;
    this.#post = post;
    this.#store = store;
    this.#clock = clock;
    this.#backoff = new Backoff({ least: 1000, most: 2000, random });
  }

  get entries() {
    return this.#entries;
  }

  /** Whether the queue stands still until a time or a connection comes. */
  get waiting() {
    return this.#timer !== null;
  }

  /** Takes up what the last owner left. */
  restore(entries) {
    for (const entry of entries.toSorted((a, b) => a.turn - b.turn)) {
      if (this.#find(entry.clientId)) continue;
      this.#entries.push({ ...entry, restored: true, state: entry.state === "failed" ? "failed" : "queued" });
      this.#tell("change", { entry: this.#entries.at(-1) });
    }
    this.#next();
  }

  /** Takes a message from a page, which may give the same one again. */
  add({ clientId, body, at, replyTo, state = "queued", reason = "" }) {
    if (this.#find(clientId)) {
      this.#tell("change", { entry: this.#find(clientId) });
      return;
    }
    const turn = (this.#entries.at(-1)?.turn ?? 0) + 1;
    const entry = { clientId, room: this.#room, body, at, turn, state: state === "failed" ? "failed" : "queued", reason, ...(replyTo && { replyTo }) };
    this.#entries.push(entry);
    this.#save(entry);
    this.#tell("change", { entry });
    this.#next();
  }

  retry(clientId) {
    const entry = this.#find(clientId);
    if (entry?.state !== "failed") return;
    entry.state = "queued";
    entry.reason = "";
    this.#serverErrors = 0;
    this.#save(entry);
    this.#tell("change", { entry });
    this.#next();
  }

  discard(clientId) {
    const entry = this.#find(clientId);
    if (!entry || entry === this.#sending) return;
    this.#remove(entry);
    this.#tell("gone", { entry });
  }

  /** The room's stream or history shows the message: it is stored, whatever became of the answer. */
  acknowledge(clientId) {
    const entry = clientId && this.#find(clientId);
    if (!entry) return;
    this.#remove(entry);
    this.#tell("gone", { entry });
  }

  /** There is a connection again: do not wait longer than the server asked for. */
  wake() {
    if (!this.waiting || Date.now() < this.#notBefore) return;
    this.#backoff.reset();
    this.#stopWaiting();
    this.#next();
  }

  /** Nothing is sent any more. */
  stop() {
    this.#stopped = true;
    this.#stopWaiting();
  }

  async #next() {
    if (this.#sending || this.waiting || this.#stopped) return;
    const entry = this.#entries.find((candidate) => candidate.state === "queued");
    if (!entry) return;
    this.#sending = entry;
    entry.state = "sending";
    this.#tell("change", { entry });
    try {
      await this.#send(entry);
    } catch (error) {
      this.#refused(entry, error);
    }
    this.#sending = null;
    this.#next();
  }

  async #send(entry) {
    if (entry.restored && !(await this.#store.claim(entry))) {
      this.acknowledge(entry.clientId);
      return;
    }
    const { id } = await this.#post(this.#room, entry.body, entry.clientId, entry.replyTo);
    this.#sent(entry, id);
  }

  #sent(entry, id) {
    this.#backoff.reset();
    this.#serverErrors = 0;
    if (!this.#find(entry.clientId)) return;
    this.#remove(entry);
    this.#tell("sent", { entry, id });
  }

  #refused(entry, error) {
    if (!this.#find(entry.clientId) || this.#stopped) return;
    entry.state = "queued";
    const status = error.status ?? 0;
    if (status === 401) {
      this.#wait(60_000);
      this.#tell("signedout", {});
    } else if (this.#passes(status)) {
      this.#notBefore = Date.now() + (error.retryAfter ?? 0);
      this.#wait(Math.max(error.retryAfter ?? 0, this.#backoff.next()));
    } else {
      entry.state = "failed";
      entry.reason = error.message;
      this.#backoff.reset();
      this.#save(entry);
    }
    this.#tell("change", { entry });
  }

  /** Whether what stands in the way may pass by itself. */
  #passes(status) {
    if (status === 0 || status === 408 || status === 429) return true;
    if (status < 500) return false;
    return status === 502 || status === 503 || status === 504 || ++this.#serverErrors < mostServerErrors;
  }

  #wait(delay) {
    this.#timer = this.#clock.setTimeout(() => {
      this.#stopWaiting();
      this.#next();
    }, delay);
  }

  #stopWaiting() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #find(clientId) {
    return this.#entries.find((entry) => entry.clientId === clientId);
  }

  #remove(entry) {
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#store.forget(entry.clientId);
  }

  /** Only what another owner could not know: one that it has sent does not come back. */
  #save(entry) {
    const { restored: _, ...rest } = entry;
    this.#store.save(rest);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
