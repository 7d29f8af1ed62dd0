import { Errand } from "./errand.js";
import { News } from "./news.js";
import { Reads } from "./reads.js";
import { Rooms } from "./rooms.js";

const mostNamed = 199;

/**
 * Everything of mine, as the stream tells it: rooms, what is unread, messages. It is the same for all pages of a browser,
 * and knows none of them.
 *
 * Events: "rooms" {changed: [summary], gone: [name]}; "message" {message}; "ready" {room, id}, the log is complete;
 * "reset" {room, id}, load it anew; "person" {display_name, role}; "notice" {…}; "left" {reason}: nobody is signed in.
 */
export class Feed extends EventTarget {
  #me;
  #api;
  #keep;
  #stream;
  #now;
  #rooms;
  #reads;
  #asking;
  #hints = new Map();
  #seen = new Map(); // how far readers have seen rooms
  #ready = new Set(); // rooms whose log is complete, since the stream was opened
  #news;
  #begun = false; // the stream may be opened
  #stale = false; // my log began anew, and the server was not asked yet

  constructor({ username, api, keep, clock = globalThis, now = Date.now }) {
    super();
    this.#me = username;
    this.#api = api;
    this.#keep = keep;
    this.#now = now;
    this.#rooms = new Rooms(username);
    this.#reads = new Reads({ put: (...read) => this.#tellRead(...read), onError: (...why) => this.#unread(...why), clock });
    this.#asking = new Errand({ run: () => this.#ask(), onError: (error) => this.#refused(error), clock });
    this.#news = new News({ clock, tell: (changed, gone) => this.#announce(changed, gone) });
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

  /**
   * Takes up what was kept. hints: where pages stand in rooms that may be new here. Without anything kept, and with more
   * rooms than a stream can be asked for, the server is asked first.
   */
  start({ at, rooms }, hints, stream) {
    this.#stream = stream;
    this.#hints = hints;
    this.#follow(stream);
    if (at !== null) this.#rooms.restore(rooms, at);
    for (const { name, read, acked } of this.#rooms.all) if (read > acked) this.#reads.tell(name, read);
    if (at !== null && this.#rooms.size <= mostNamed) this.#begin();
    else this.#asking.want();
  }

  stop() {
    this.#stream?.close();
    this.#reads.stop();
    this.#asking.stop();
    this.#news.stop();
  }

  /** No page is there to be told. */
  pause() {
    this.#stream?.close();
  }

  resume() {
    if (this.#begun && this.#stream.state === "closed") this.#stream.open();
  }

  /** There is a connection again. */
  hurry() {
    this.#asking.hurry();
    this.#reads.hurry();
  }

  /** A reader has seen the room up to id, which may be further than we are. */
  mark(name, id) {
    this.#seen.set(name, Math.max(id, this.#seen.get(name) ?? 0));
    const room = this.#rooms.get(name);
    if (room) this.#touch(room);
  }

  /** A page was written with these messages. */
  seed(name, messages, from, at) {
    const room = this.#rooms.get(name);
    const kept = room?.seed(messages, from, at) ?? [];
    if (kept.length === 0) return;
    for (const message of kept) this.#keep.message(message);
    this.#touch(room);
  }

  /** What has changed in a room since a position; null if that is not known to the last. */
  async since(name, position) {
    const room = this.#rooms.get(name);
    if (!room || position < room.whole) return null;
    const kept = await this.#keep.messages(name);
    const messages = kept?.filter(({ revision }) => revision > position);
    // Where owners of two versions were at work, what is kept may not be what it should be.
    return messages && room.matches(messages, position) ? messages : null;
  }

  #follow(stream) {
    stream.addEventListener("state", ({ detail: { state } }) => {
      if (state === "live") this.hurry();
    });
    stream.addEventListener("change", ({ detail: { topic, data } }) => this.#change(topic, data));
    stream.addEventListener("ready", ({ detail: { topic, id } }) => this.#mark(topic, id, false));
    stream.addEventListener("reset", ({ detail: { topic, id } }) => this.#mark(topic, id, true));
    stream.addEventListener("notice", ({ detail: { data } }) => this.#tell("notice", data));
    stream.addEventListener("signedout", ({ detail: { other } }) => this.#leave(other ? "other" : "ended"));
  }

  #change(topic, data) {
    if (topic.startsWith("@")) this.#mine(data);
    else if (!this.#rooms.get(topic)) this.#stray(topic, data.revision);
    else if (data.type === "room") this.#settings(this.#rooms.get(topic), data);
    else if (!data.type) this.#message(this.#rooms.get(topic), data);
    else this.#advance(this.#rooms.get(topic), data.revision);
  }

  #mine(data) {
    if (data.type === "person") this.#tell("person", { display_name: data.display_name, role: data.role });
    if (data.type === "membership") this.#take(this.#rooms.member(data));
    this.#advanceMine(data.revision);
  }

  #take({ joined, left, changed }) {
    if (changed) this.#touch(changed);
    if (joined) this.#touch(joined);
    if (left) this.#drop(left);
  }

  #settings(room, data) {
    room.change(data);
    this.#touch(room);
  }

  #advance(room, position) {
    room.advance(position);
    this.#touch(room);
  }

  #message(room, message) {
    const { keep, drop } = room.take(message, message.username === this.#me);
    if (keep) this.#keep.message(message);
    if (drop.length > 0) this.#keep.drop(room.name, drop);
    room.used = this.#now();
    this.#touch(room);
    this.#tell("message", { message });
  }

  #mark(topic, id, reset) {
    if (topic.startsWith("@")) this.#markMine(id, reset);
    else if (!this.#rooms.get(topic)) this.#stray(topic, id);
    else this.#markRoom(this.#rooms.get(topic), id, reset);
  }

  #markMine(id, reset) {
    if (!reset) {
      this.#advanceMine(id);
      return;
    }
    this.#rooms.reset(id);
    this.#stale = true;
    this.#keep.at(0); // until the server has answered: from the beginning, if it comes to that
    this.#asking.want();
  }

  #advanceMine(position) {
    this.#rooms.at = Math.max(this.#rooms.at, position);
    if (!this.#stale) this.#keep.at(this.#rooms.at);
  }

  #markRoom(room, id, reset) {
    if (reset || !this.#rooms.ready(room, id)) this.#jump(room, id);
    if (!reset) this.#ready.add(room.name);
    this.#touch(room);
    if (!reset) this.#tell("ready", { room: room.name, id });
  }

  #jump(room, id) {
    if (id < room.position) this.#seen.delete(room.name);
    this.#keep.drop(room.name, room.jump(id));
    this.#tell("reset", { room: room.name, id });
  }

  #stray(name, position) {
    this.#rooms.stray(name, position);
    this.#asking.want();
  }

  /** Asks the server for my rooms. The first time of all the stream waits for it. */
  async #ask() {
    const answer = await this.#api.rooms();
    const { left } = this.#rooms.answer(answer, this.#hints);
    this.#stale = false;
    this.#advanceMine(this.#begun ? 0 : answer.me);
    for (const room of left) this.#drop(room);
    for (const room of this.#rooms.all) this.#touch(room);
    if (!this.#begun) this.#begin();
  }

  #begin() {
    this.#begun = true;
    this.#stream.open();
  }

  async #tellRead(name, id) {
    await this.#api.read(name, id);
    const room = this.#rooms.get(name);
    if (!room) return;
    room.acknowledge(id);
    this.#touch(room);
  }

  /** The server does not want to know what was read. */
  #unread(error, name) {
    const room = this.#rooms.get(name);
    this.#seen.delete(name);
    room?.unmark();
    if (room) this.#touch(room);
    this.#refused(error);
  }

  #refused(error) {
    if (error.signedOut) this.#leave("ended");
  }

  #drop(room) {
    this.#reads.forget(room.name);
    this.#keep.forget(room.name, room.keptIds);
    this.#news.gone(room);
  }

  #touch(room) {
    const seen = Math.min(this.#seen.get(room.name) ?? 0, room.position);
    if (room.mark(seen)) this.#reads.tell(room.name, room.read);
    this.#keep.room(room);
    this.#news.changed(room);
  }

  #announce(changed, gone) {
    this.#tell("rooms", { changed: changed.map((room) => room.summary()), gone });
    if (changed.some(({ certain, titled }) => !certain || !titled)) this.#asking.want();
  }

  #leave(reason) {
    this.stop();
    this.#tell("left", { reason });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
