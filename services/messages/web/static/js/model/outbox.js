import { Backoff } from "./backoff.js";

const mostServerErrors = 5;

/**
 * The messages of one room that are not known to be stored. They are sent one at a time, in the order in which they
 * were written, and kept on the shelf until then, each under the client id that makes a retry the same message.
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
  #shelf;
  #post;
  #newId;
  #clock;
  #backoff;
  #entries = [];
  #sending = null;
  #timer = null;
  #notBefore = 0;
  #serverErrors = 0;

  constructor({ room, shelf, post, newId, random, clock = globalThis }) {
    super();
    this.#room = room;
    this.#shelf = shelf;
    this.#post = post;
    this.#newId = newId;
    this.#clock = clock;
    this.#backoff = new Backoff({ least: 1000, most: 2000, random });
  }

  /** The rooms that have something on the shelf. */
  static rooms(shelf) {
    return [...new Set(shelf.keys("outbox:").map((key) => key.split(":")[1]))];
  }

  get entries() {
    return this.#entries;
  }

  /** Whether the queue stands still until a time or a connection comes. */
  get waiting() {
    return this.#timer !== null;
  }

  /** Takes up what was left when the page was closed, less what is known to have been stored. */
  restore(stored = new Set()) {
    for (const key of this.#shelf.keys(`outbox:${this.#room}:`)) {
      const entry = this.#shelf.get(key);
      if (!entry?.clientId || this.#find(entry.clientId)) continue;
      if (stored.has(entry.clientId)) {
        this.#shelf.remove(key);
        continue;
      }
      this.#entries.push({ ...entry, state: entry.state === "failed" ? "failed" : "queued" });
    }
    this.#entries.sort((a, b) => a.at - b.at || a.turn - b.turn);
    for (const entry of this.#entries) this.#tell("change", { entry });
    this.#next();
  }

  add(body) {
    const turn = (this.#entries.at(-1)?.turn ?? 0) + 1;
    const entry = { clientId: this.#newId(), body, at: Date.now(), turn, state: "queued", reason: "" };
    this.#entries.push(entry);
    this.#changed(entry);
    this.#next();
    return entry;
  }

  retry(clientId) {
    const entry = this.#find(clientId);
    if (entry?.state !== "failed") return;
    entry.state = "queued";
    entry.reason = "";
    this.#serverErrors = 0;
    this.#changed(entry);
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

  async #next() {
    if (this.#sending || this.waiting) return;
    const entry = this.#entries.find((candidate) => candidate.state === "queued");
    if (!entry) return;
    this.#sending = entry;
    entry.state = "sending";
    this.#changed(entry);
    try {
      const { id } = await this.#post(this.#room, entry.body, entry.clientId);
      this.#sent(entry, id);
    } catch (error) {
      this.#refused(entry, error);
    }
    this.#sending = null;
    this.#next();
  }

  #sent(entry, id) {
    this.#backoff.reset();
    this.#serverErrors = 0;
    if (!this.#find(entry.clientId)) return;
    this.#remove(entry);
    this.#tell("sent", { entry, id });
  }

  #refused(entry, error) {
    if (!this.#find(entry.clientId)) return;
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
    }
    this.#changed(entry);
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
    this.#shelf.remove(this.#key(entry));
  }

  #changed(entry) {
    this.#shelf.set(this.#key(entry), entry);
    this.#tell("change", { entry });
  }

  #key(entry) {
    return `outbox:${this.#room}:${entry.clientId}`;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
