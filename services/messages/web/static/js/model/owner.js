import { Feed } from "./feed.js";
import { Outboxes } from "./outboxes.js";
import { Stream } from "./stream.js";

const patience = 1000; // ms, for emptying what is kept

/** What is there once for all pages of a browser: the stream, what it tells, what is kept, and what waits to be sent. */
export class Owner {
  #keep;

  constructor({ username, api, keep, locks, clock = globalThis, makeStream = (options) => new Stream(options) }) {
    this.#keep = keep;
    this.feed = new Feed({ username, api, keep, clock });
    this.outboxes = new Outboxes({ api, keep, locks, clock });
    this.stream = makeStream({ username, cursors: () => this.feed.cursors(), clock });
    this.stream.addEventListener("state", ({ detail: { state } }) => state === "live" && this.outboxes.wake());
    this.feed.addEventListener("message", ({ detail: { message } }) => {
      if (message.username === username) this.outboxes.acknowledge(message.room, message.client_id);
    });
  }

  /** Whether what is given to it survives it. */
  get lasting() {
    return this.#keep.lasting;
  }

  async begin(hints) {
    const kept = await this.#keep.load();
    this.feed.start(kept, hints, this.stream);
    this.outboxes.restore(kept.entries.filter((entry) => this.#isWanted(entry)));
  }

  /** Somebody looks at a page again, or the network is back. */
  wake({ surely }) {
    this.stream.distrust({ surely });
    if (surely) this.outboxes.wake();
    if (surely) this.feed.hurry();
  }

  stop() {
    this.feed.stop();
    this.outboxes.stop();
  }

  /** Writes what is not written yet, for the next owner. */
  flush() {
    return this.#keep.flush();
  }

  /** Stops, and leaves nothing behind. */
  async empty() {
    this.stop();
    await Promise.race([this.#keep.clear(), new Promise((done) => setTimeout(done, patience))]);
  }

  /** What failed in a room that is not mine any more can't be shown, and will never be sent. */
  #isWanted({ clientId, room, state }) {
    if (state !== "failed" || this.feed.room(room)) return true;
    this.#keep.dropEntry(clientId);
    return false;
  }
}
