import { Backoff } from "./backoff.js";
import { Source } from "./source.js";

const silence = 35_000; // two pings of 15 s, and a little
const doubt = 20_000; // one ping, and a little
const opening = 15_000;

// How long to stay away when the server says goodbye, at most: those who age do so one by one, those who are drained
// leave all at once.
const pauses = { max_age: 500, drain: 2500, slow: 3000 };

/**
 * The one event stream of this browser, of everything of mine, kept alive. Every try asks with the cursors of now.
 *
 * State: "connecting", "live" (my own log is complete), "offline" (the browser says so), "closed". Events: "state";
 * "change" {topic, data}, a durable change of a room's log or mine; "notice" {data}; "ready" and "reset" {topic, id};
 * "signedout" {other}: nobody is signed in any more, or somebody else is.
 */
export class Stream extends EventTarget {
  #me;
  #cursors;
  #connect;
  #clock;
  #random;
  #now;
  #backoff;
  /** @type {any} a Source */
  #source = null;
  #state = "closed";
  #timer = null; // the next try
  #watchdog = null; // silence
  #heard = 0;

  /** cursors() says what to ask for: "@ada:7,general:42". */
  constructor({ username, cursors, connect = (url) => new Source(url), clock = globalThis, random = Math.random, now = Date.now }) {
    super();
    this.#me = `@${username}`;
    this.#cursors = cursors;
    this.#connect = connect;
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
    this.#listen(this.#connect(`/chat/stream?after=${this.#cursors()}`));
    this.#watch(opening);
  }

  close() {
    this.#drop();
    this.#become("closed");
  }

  /** Something happened after which a connection may be dead though it says open: sleep, another network. */
  distrust({ surely = false } = {}) {
    const quiet = this.#now() - this.#heard;
    if (this.#state === "closed") return;
    if (this.#state === "live" && !surely && quiet < doubt) return;
    if (this.#state === "connecting" && this.#source && quiet < doubt) return;
    this.#backoff.reset();
    this.open();
  }

  /** The browser says that there is no network. It may be wrong about this server: go on trying, slowly. */
  offline() {
    if (this.#state === "closed") return;
    this.#drop();
    this.#become("offline");
    this.#later(this.#backoff.next() + 1000);
  }

  #listen(source) {
    this.#source = source;
    const on = (type, act) => source.addEventListener(type, ({ detail }) => source === this.#source && act(detail));
    on("open", () => this.#alive());
    on("event", ({ type, data }) => {
      this.#alive();
      this.#heed(type, data);
    });
    on("closed", ({ status }) => this.#closed(status));
  }

  #heed(type, text) {
    if (type === "ping") return;
    const data = JSON.parse(text);
    if (type === "ready") this.#ready(data.room, data.id);
    else if (type === "reset") this.#mark("reset", data.room, data.id);
    else if (type === "end") this.#end(data.reason);
    else if (type === "me") this.#tell("change", { topic: this.#me, data });
    else if (type.startsWith("room.")) this.#tell("change", { topic: type.slice("room.".length), data });
    else this.#tell("notice", { data });
  }

  #ready(topic, id) {
    if (topic === this.#me) {
      this.#backoff.reset();
      this.#become("live");
    }
    this.#mark("ready", topic, id);
  }

  /** The log of another person: somebody else has signed in from this browser since. */
  #mark(type, topic, id) {
    if (topic.startsWith("@") && topic !== this.#me) this.#signedOut({ other: true });
    else this.#tell(type, { topic, id });
  }

  #end(reason) {
    if (reason === "session") {
      this.#signedOut({ other: false });
      return;
    }
    this.#drop();
    this.#become("connecting");
    this.#later(this.#random() * (pauses[reason] ?? pauses.slow));
  }

  #closed(status) {
    if (status === 401) {
      this.#signedOut({ other: false });
      return;
    }
    this.#drop();
    this.#become("connecting");
    this.#later(this.#backoff.next());
  }

  #signedOut(detail) {
    this.close();
    this.#tell("signedout", detail);
  }

  #alive() {
    this.#heard = this.#now();
    this.#watch(silence);
  }

  #watch(patience) {
    this.#clock.clearTimeout(this.#watchdog);
    this.#watchdog = this.#clock.setTimeout(() => this.#closed(0), patience);
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
