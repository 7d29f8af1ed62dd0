import { News } from "./news.js";
import { Reads } from "./reads.js";
import { Rooms } from "./rooms.js";

/**
 * My rooms as they are known, and everything that follows when one has changed: it is kept, pages are told, and the server
 * learns how far it was read.
 */
export class Ledger {
  #api;
  #keep;
  #reads;
  #news;
  #onError;
  #seen = new Map(); // how far readers have seen rooms: {id, marked}; it counts until the room is marked unread

  /** tell(rooms that changed, names of those that are gone). onError(error): the server refused. */
  constructor({ username, api, keep, clock, tell, onError }) {
    this.#api = api;
    this.#keep = keep;
    this.#onError = onError;
    this.rooms = new Rooms(username);
    this.#news = new News({ tell, clock });
    this.#reads = new Reads({ put: (...read) => this.#tellRead(...read), onError: (...why) => this.#refused(...why), clock });
  }

  restore({ at, rooms }) {
    this.rooms.restore(rooms, at);
    for (const { name, read, acked } of this.rooms.all) if (read > acked) this.#reads.tell(name, read);
  }

  stop() {
    this.#reads.stop();
    this.#news.stop();
  }

  hurry() {
    this.#reads.hurry();
  }

  /** A reader has seen the room up to id, which may be further than we are. */
  mark(name, id) {
    const room = this.rooms.get(name);
    this.#seen.set(name, { id: Math.max(id, this.#seenOf(room)), marked: room?.marked ?? 0 });
    if (this.#reads.reopening(name)) this.#reads.tell(name, id);
    if (room) this.touch(room);
  }

  /** What is above id is unread again. My log tells when it is. */
  reopen(name, id) {
    if (!this.rooms.get(name)) return;
    this.#seen.delete(name);
    this.#reads.reopen(name, id);
  }

  /** The room has changed. */
  touch(room) {
    const seen = Math.min(this.#seenOf(room), room.position);
    if (room.mark(seen)) this.#reads.tell(room.name, room.read);
    this.#keep.room(room);
    this.#news.changed(room);
  }

  #seenOf(room) {
    const seen = room && this.#seen.get(room.name);
    if (!seen) return 0;
    if (seen.marked === room.marked) return seen.id;
    this.#seen.delete(room.name);
    this.#reads.forget(room.name);
    return 0;
  }

  /** The room is not mine any more. */
  drop(room) {
    this.#seen.delete(room.name);
    this.#reads.forget(room.name);
    this.#keep.forget(room.name, room.keptIds);
    this.#news.gone(room);
  }

  /** The room's log goes on at id, and what lies between is not known. */
  jump(room, id) {
    if (id < room.position) this.#seen.delete(room.name);
    this.#keep.drop(room.name, room.jump(id));
  }

  /** The room itself has changed. */
  change(room, change) {
    const drop = room.change(change);
    if (drop.length > 0) this.#keep.drop(room.name, drop);
  }

  message(room, message, mine) {
    const { keep, drop } = room.take(message, mine);
    if (keep) this.#keep.message(message);
    if (drop.length > 0) this.#keep.drop(room.name, drop);
    this.touch(room);
  }

  /** A page was written with these messages. */
  seed(name, messages, from, at) {
    const room = this.rooms.get(name);
    const kept = room?.seed(messages, from, at) ?? [];
    if (kept.length === 0) return;
    for (const message of kept) this.#keep.message(message);
    this.touch(room);
  }

  /** What has changed in a room since a position; null if that is not known to the last. */
  async since(name, position) {
    const room = this.rooms.get(name);
    if (!room || position < room.whole) return null;
    const kept = await this.#keep.messages(name);
    const messages = kept?.filter(({ revision }) => revision > position);
    // Where owners of two versions were at work, what is kept may not be what it should be.
    return messages && room.matches(messages, position) ? messages : null;
  }

  /** The newest messages of a room, as far as they are kept: {messages, from, at}; null if that can't be said. */
  async kept(name) {
    const room = this.rooms.get(name);
    if (!room) return null;
    const all = (await this.#keep.messages(name)) ?? [];
    const messages = all.filter(({ id }) => id > room.from);
    const from = room.from > room.floor ? room.from : 0; // there is nothing up to the floor
    return room.matches(messages, -1) ? { messages, from, at: room.position } : null;
  }

  async #tellRead(name, id, unread) {
    await this.#api.read(name, id, unread);
    const room = this.rooms.get(name);
    if (!room || unread) return;
    room.acknowledge(id);
    this.touch(room);
  }

  /** The server does not want to know what was read. */
  #refused(error, name) {
    const room = this.rooms.get(name);
    this.#seen.delete(name);
    room?.unmark();
    if (room) this.touch(room);
    this.#onError(error);
  }
}
