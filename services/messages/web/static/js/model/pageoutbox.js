/**
 * What a page shows of a room's outbox, which the hub owns. What is written is on the shelf until the hub has it
 * safe, so that it is not lost with the page or with the hub.
 *
 * Events: "change"; "sent" {entry, id}.
 */
export class PageOutbox extends EventTarget {
  #room;
  #shelf;
  #line;
  #newId;
  #hubs = [];
  #own = []; // not known to be at the hub yet
  #ended = new AbortController();

  waiting = false;

  constructor({ room, shelf, line, newId }) {
    super();
    this.#room = room;
    this.#shelf = shelf;
    this.#line = line;
    this.#newId = newId;
    const on = (type, act) => line.addEventListener(type, ({ detail }) => detail.room === room && act(detail), { signal: this.#ended.signal });
    on("outbox", (list) => this.#take(list));
    on("sent", ({ entry, id }) => {
      this.#settle(entry.clientId);
      this.#tell("sent", { entry, id });
    });
    on("gone", ({ clientId }) => this.#settle(clientId));
  }

  /** Nothing is told any more. */
  close() {
    this.#ended.abort();
  }

  get entries() {
    return [...this.#hubs, ...this.#own];
  }

  /**
   * replyTo: the id of the message that it answers.
   *
   * @param {string} body
   * @param {number | null} replyTo
   */
  add(body, replyTo = null) {
    const entry = { clientId: this.#newId(), body, at: Date.now(), state: "queued", reason: "", ...(replyTo && { replyTo }) };
    this.#own.push(entry);
    this.#shelf.set(`outbox:${this.#room}:${entry.clientId}`, entry);
    this.#line.post({ type: "send", room: this.#room, entry });
    this.#tell("change");
  }

  retry(clientId) {
    this.#line.post({ type: "retry", room: this.#room, clientId });
  }

  discard(clientId) {
    this.#line.post({ type: "discard", room: this.#room, clientId });
  }

  /** The room's history shows it: it is stored. */
  acknowledge(clientId) {
    if (clientId) this.#settle(clientId);
  }

  #take({ entries, waiting }) {
    const known = new Set(entries.map(({ clientId }) => clientId));
    this.#hubs = entries;
    this.#own = this.#own.filter(({ clientId }) => !known.has(clientId));
    this.waiting = waiting;
    this.#tell("change");
  }

  #settle(clientId) {
    if (!this.entries.some((entry) => entry.clientId === clientId)) return;
    const others = (entry) => entry.clientId !== clientId;
    this.#hubs = this.#hubs.filter(others);
    this.#own = this.#own.filter(others);
    this.#tell("change");
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** What is on the shelf, of all rooms, in the order in which it was written: what hubs are told of first. */
export function drafts(shelf) {
  const found = shelf.keys("outbox:").map((key) => ({ room: key.split(":")[1], entry: shelf.get(key) }));
  return found.filter(({ entry }) => entry?.clientId).sort((a, b) => a.entry.at - b.entry.at);
}

/** Takes off the shelf what the hub has safe, or is done with. */
export function clearShelf(shelf, line) {
  for (const type of ["safe", "gone"]) {
    line.addEventListener(type, ({ detail: { room, clientId } }) => shelf.remove(`outbox:${room}:${clientId}`));
  }
}
