import { Backoff } from "./backoff.js";

const silence = 35_000; // two pings of 15 s, and a little
const doubt = 20_000; // one ping, and a little
const opening = 15_000;

// How long to stay away when the server says goodbye, at most: those who age do so one by one, those who are drained
// leave all at once.
const pauses = { max_age: 500, drain: 2500, slow: 3000 };

/**
 * The one event stream of this page, for all rooms, kept alive. EventSource's own reconnect is never used: it would
 * ask again with the cursors of the first time. Every try asks with what the page has now.
 *
 * State: "connecting", "live", "offline" (the browser says so), "closed". Events: "state", "message" {message},
 * "ready" {room, id}, "reset" {room, id}, "refused" (no stream: find out why), "signedout".
 */
export class Stream extends EventTarget {
  #cursors;
  #EventSource;
  #clock;
  #random;
  #now;
  #backoff;
  #source = null;
  #state = "closed";
  #timer = null; // the next try
  #watchdog = null; // silence
  #heard = 0;

  constructor({ cursors, EventSource = globalThis.EventSource, clock = globalThis, random = Math.random, now = Date.now }) {
    super();
    this.#cursors = cursors;
    this.#EventSource = EventSource;
    this.#clock = clock;
    this.#random = random;
    this.#now = now;
    this.#backoff = new Backoff({ random });
  }

  get state() {
    return this.#state;
  }

  open() {
    this.#drop();
    this.#become("connecting");
    this.#heard = this.#now();
    this.#listen(new this.#EventSource(`/chat/stream?after=${this.#cursors}`));
    this.#watch(opening);
  }

  close() {
    this.#drop();
    this.#become("closed");
  }

  /** Something happened after which a connection may be dead though it says open: sleep, another network. */
  distrust({ surely = false } = {}) {
    const quiet = this.#now() - this.#heard;
    if (this.#state === "live" && !surely && quiet < doubt) return;
    if (this.#state === "connecting" && this.#source && quiet < doubt) return;
    this.#backoff.reset();
    this.open();
  }

  /** The browser says that there is no network. It may be wrong about this server: go on trying, slowly. */
  offline() {
    this.#drop();
    this.#become("offline");
    this.#later(this.#backoff.next() + 1000);
  }

  /** Refused by the server, and the reason is not that nobody is signed in: try again. */
  again() {
    if (this.#state !== "closed") this.#later(this.#backoff.next());
  }

  #listen(source) {
    this.#source = source;
    const on = (type, act) => source.addEventListener(type, (event) => source === this.#source && act(event));
    for (const room of this.#cursors.rooms) on(`room.${room}`, (event) => this.#message(room, event));
    on("open", () => this.#alive());
    on("ping", () => this.#alive());
    on("ready", (event) => this.#ready(event));
    on("reset", (event) => this.#reset(event));
    on("end", (event) => this.#end(event));
    on("error", () => this.#broken(source));
  }

  #message(room, event) {
    this.#alive();
    const message = JSON.parse(event.data);
    this.#cursors.advance(room, message.revision);
    this.#tell("message", { message });
  }

  #ready(event) {
    this.#alive();
    const { room, id } = JSON.parse(event.data);
    this.#cursors.advance(room, id);
    if (room === this.#cursors.rooms[0]) {
      this.#backoff.reset();
      this.#become("live");
    }
    this.#tell("ready", { room, id });
  }

  #reset(event) {
    this.#alive();
    const { room, id } = JSON.parse(event.data);
    this.#cursors.reset(room, id);
    this.#tell("reset", { room, id });
  }

  #end(event) {
    const { reason } = JSON.parse(event.data);
    this.#drop();
    if (reason === "session") {
      this.#become("closed");
      this.#tell("signedout", {});
      return;
    }
    this.#become("connecting");
    this.#later(this.#random() * (pauses[reason] ?? pauses.slow));
  }

  /** The connection broke, or was refused: then EventSource has given up. */
  #broken(source) {
    const refused = source.readyState === this.#EventSource.CLOSED;
    this.#drop();
    this.#become("connecting");
    if (refused) this.#tell("refused", {});
    else this.#later(this.#backoff.next());
  }

  #alive() {
    this.#heard = this.#now();
    this.#watch(silence);
  }

  #watch(patience) {
    this.#clock.clearTimeout(this.#watchdog);
    this.#watchdog = this.#clock.setTimeout(() => {
      this.#drop();
      this.#become("connecting");
      this.#later(this.#backoff.next());
    }, patience);
  }

  #later(delay) {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.open(), delay);
  }

  #drop() {
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", { state });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
