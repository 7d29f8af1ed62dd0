import { Ledger } from "./ledger.js";
import { MyLog } from "./mylog.js";
import { isNotable } from "./notable.js";

const mostNamed = 199;
const mostFaces = 500;

/**
 * Everything of mine, as the stream tells it: rooms, what is unread, messages. It is the same for all pages of a browser,
 * and knows none of them.
 *
 * Events: "rooms" {changed: [summary], gone: [name]}; "message" {message}; "ready" {room, id}, the log is complete;
 * "reset" {room, id}, load it anew; "person" {…}, my profile; "face" {…}, somebody's; "notice" {…}; "left" {reason}: nobody is signed in.
 */
export class Feed extends EventTarget {
  #me;
  #stream;
  #now;
  #ledger;
  #rooms;
  #log;
  #faces = new Map(); // the latest last
  #ready = new Set(); // rooms whose log is complete, since the stream was opened

  constructor({ username, api, keep, clock = globalThis, now = Date.now }) {
    super();
    this.#me = username;
    this.#now = now;
    const onError = (error) => error.signedOut && this.#leave("ended");
    this.#ledger = new Ledger({ username, api, keep, clock, tell: (...news) => this.#announce(...news), onError });
    this.#rooms = this.#ledger.rooms;
    this.#log = new MyLog({ ledger: this.#ledger, api, keep, clock, begin: () => this.#stream.open(), onError });
  }

  get rooms() {
    return this.#rooms.all.map((room) => room.summary());
  }

  /** Where I stand in my log. */
  get at() {
    return this.#rooms.at;
  }

  room(name) {
    return this.#rooms.get(name);
  }

  /** What to ask the stream for, which is about to be opened. */
  cursors() {
    this.#ready.clear();
    return this.#rooms.cursors();
  }

  /** Whether the room's log is complete up to now. A room that is not mine is not waited for. */
  isReady(name) {
    return this.#ready.has(name) || !this.#rooms.get(name);
  }

  /** Whether I am to be notified of a message that has come. */
  isNotable(message) {
    const room = this.#rooms.get(message.room);
    return Boolean(room) && isNotable(message, room, { me: this.#me, live: this.#ready.has(room.name), now: this.#now() });
  }

  /**
   * Takes up what was kept. hints: where pages stand in rooms that may be new here. Without anything kept, and with more
   * rooms than a stream can be asked for, the server is asked first.
   */
  start(kept, hints, stream) {
    this.#stream = stream;
    this.#follow(stream);
    if (kept.at !== null) this.#ledger.restore(kept);
    this.#log.start({ known: kept.at !== null && this.#rooms.size <= mostNamed, hints });
  }

  stop() {
    this.#stream?.close();
    this.#log.stop();
    this.#ledger.stop();
  }

  /** No page is there to be told. */
  pause() {
    this.#stream?.close();
  }

  resume() {
    if (this.#log.begun && this.#stream.state === "closed") this.#stream.open();
  }

  /** There is a connection again. */
  hurry() {
    this.#log.hurry();
    this.#ledger.hurry();
  }

  /** See Ledger. */
  mark(name, id) {
    this.#ledger.mark(name, id);
  }

  reopen(name, id) {
    this.#ledger.reopen(name, id);
  }

  seed(name, messages, from, at) {
    this.#ledger.seed(name, messages, from, at);
  }

  since(name, position) {
    return this.#ledger.since(name, position);
  }

  kept(name) {
    return this.#ledger.kept(name);
  }

  #follow(stream) {
    const on = (type, act) => stream.addEventListener(type, ({ detail }) => act(detail));
    on("state", ({ state }) => state === "live" && this.hurry());
    on("change", ({ topic, data }) => (isMine(topic) ? this.#mine(data) : this.#change(topic, data)));
    on("ready", ({ topic, id }) => (isMine(topic) ? this.#log.ready(id) : this.#readied(topic, id)));
    on("reset", ({ topic, id }) => (isMine(topic) ? this.#log.reset(id) : this.#reset(topic, id)));
    on("notice", ({ data }) => this.#tell("notice", data));
    on("signedout", ({ other }) => this.#leave(other ? "other" : "ended"));
  }

  #mine(data) {
    if (data.type === "person") this.#tell("person", data);
    this.#log.take(data);
  }

  /** On a room's log: a message as it stands now, or the room itself. */
  #change(name, data) {
    const room = this.#known(name, data.revision);
    if (!room) return;
    if (data.type) {
      if (data.type === "room") this.#ledger.change(room, data);
      else room.advance(data.revision);
      if (data.type === "profile") this.#face(data);
      this.#ledger.touch(room);
      return;
    }
    room.used = this.#now();
    this.#ledger.message(room, data, data.username === this.#me);
    this.#tell("message", { message: data });
  }

  /** Somebody is shown otherwise. A page that comes later, and was written before, is told what we have. */
  #face({ type: _, revision: __, room: ___, ...face }) {
    if ((this.#faces.get(face.username)?.version ?? 0) >= face.version) return;
    this.#faces.delete(face.username);
    this.#faces.set(face.username, face);
    for (const username of [...this.#faces.keys()].slice(0, -mostFaces)) this.#faces.delete(username);
    this.#tell("face", face);
  }

  get faces() {
    return [...this.#faces.values()];
  }

  #readied(name, id) {
    const room = this.#known(name, id);
    if (!room) return;
    if (!this.#rooms.ready(room, id)) this.#reset(name, id);
    this.#ready.add(name);
    this.#ledger.touch(room);
    this.#tell("ready", { room: name, id });
  }

  #reset(name, id) {
    const room = this.#known(name, id);
    if (!room) return;
    this.#ledger.jump(room, id);
    this.#ledger.touch(room);
    this.#tell("reset", { room: name, id });
  }

  /** The room; if it is not known yet the server is asked. */
  #known(name, position) {
    const room = this.#rooms.get(name);
    if (!room) {
      this.#rooms.stray(name, position);
      this.#log.ask();
    }
    return room;
  }

  #announce(changed, gone) {
    this.#tell("rooms", { changed: changed.map((room) => room.summary()), gone });
    if (changed.some(({ certain, titled }) => !certain || !titled)) this.#log.ask();
  }

  #leave(reason) {
    this.stop();
    this.#tell("left", { reason });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** The stream knows no person's log but mine. */
function isMine(topic) {
  return topic.startsWith("@");
}
