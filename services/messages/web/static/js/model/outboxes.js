import { Outbox } from "./outbox.js";

const mostSettled = 1000;

/**
 * The outboxes of all rooms. Where two owners are at work for a moment (a page of an older version beside a newer one), a
 * lock on the room keeps it to one send at a time.
 *
 * Events: "change" {room, entries, waiting}; "sent" {room, entry, id}; "safe" {room, clientId}, kept for the next owner;
 * "gone" {room, clientId}, done with; "signedout".
 */
export class Outboxes extends EventTarget {
  #api;
  #keep;
  #locks;
  #clock;
  #all = new Map();
  #settled = new Set(); // client ids that are done with: a page that comes late with one is told so

  constructor({ api, keep, locks = globalThis.navigator?.locks, clock = globalThis }) {
    super();
    this.#api = api;
    this.#keep = keep;
    this.#locks = locks;
    this.#clock = clock;
  }

  restore(entries) {
    const rooms = new Set(entries.map(({ room }) => room));
    for (const room of rooms) this.of(room).restore(entries.filter((entry) => entry.room === room));
  }

  add(room, entry) {
    if (this.#settled.has(entry.clientId)) this.#tell("gone", { room, clientId: entry.clientId });
    else this.of(room).add(entry);
  }

  of(room) {
    if (!this.#all.has(room)) this.#all.set(room, this.#make(room));
    return this.#all.get(room);
  }

  /** What a page is shown of a room's. */
  list(room) {
    const outbox = this.#all.get(room);
    return { room, entries: outbox?.entries.map((entry) => ({ ...entry })) ?? [], waiting: outbox?.waiting ?? false };
  }

  acknowledge(room, clientId) {
    this.#all.get(room)?.acknowledge(clientId);
  }

  wake() {
    for (const outbox of this.#all.values()) outbox.wake();
  }

  stop() {
    for (const outbox of this.#all.values()) outbox.stop();
  }

  #make(room) {
    const outbox = new Outbox({
      room,
      random: Math.random,
      clock: this.#clock,
      post: (...message) => this.#alone(room, () => this.#api.post(...message)),
      store: {
        save: (entry) => this.#save(entry),
        forget: (clientId) => this.#keep.dropEntry(clientId),
        claim: ({ clientId }) => this.#keep.waits(clientId),
      },
    });
    const changed = () => this.#tell("change", this.list(room));
    outbox.addEventListener("change", changed);
    outbox.addEventListener("gone", ({ detail: { entry } }) => {
      this.#settle(entry);
      this.#tell("gone", { room, clientId: entry.clientId });
    });
    outbox.addEventListener("sent", ({ detail: { entry, id } }) => {
      this.#settle(entry);
      this.#tell("sent", { room, entry: { ...entry }, id });
    });
    outbox.addEventListener("signedout", () => this.#tell("signedout", {}));
    return outbox;
  }

  #alone(room, action) {
    return this.#locks ? this.#locks.request(`parley:send:${room}`, action) : action();
  }

  async #save(entry) {
    if (await this.#keep.entry(entry)) this.#tell("safe", { room: entry.room, clientId: entry.clientId });
  }

  #settle({ clientId }) {
    this.#settled.add(clientId);
    if (this.#settled.size > mostSettled) this.#settled.delete(this.#settled.values().next().value);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
