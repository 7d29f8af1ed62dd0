import { Room } from "./room.js";

const mostNamed = 200; // logs that a stream can be asked for, mine included
const mostText = 12_000; // characters: what the gateway takes in a line, and some to spare

/** My rooms, and where I stand in my own log, on which they come and go. */
export class Rooms {
  #me;
  #rooms = new Map();
  #named = new Set(); // those that the stream was asked for, or began with: they have no gap
  #left = new Map(); // room: the revision at which I left it
  #strays = new Map(); // room: the position of what came before the room was known
  #told = false; // my log is complete, since the stream was opened

  at = 0; // my position in my log
  answered = 0; // what my log said up to here is in an answer of the server

  constructor(username) {
    this.#me = username;
  }

  get size() {
    return this.#rooms.size;
  }

  get all() {
    return [...this.#rooms.values()];
  }

  get(name) {
    return this.#rooms.get(name);
  }

  restore(records, at) {
    this.at = at;
    for (const record of records) this.#rooms.set(record.name, new Room({ ...record, me: this.#me }));
  }

  /** What to ask the stream for: "@ada:7,general:42". Rooms that are behind come first, then those that were used last. */
  cursors() {
    const behind = (room) => Number(room.head > room.position);
    const rooms = this.all.sort((a, b) => behind(b) - behind(a) || b.used - a.used);
    let text = `@${this.#me}:${this.at}`;
    this.#named.clear();
    this.#told = false;
    for (const { name, position } of rooms.slice(0, mostNamed - 1)) {
      const cursor = `,${name}:${position}`;
      if (text.length + cursor.length > mostText) break;
      text += cursor;
      this.#named.add(name);
    }
    return text;
  }

  /** My log is complete: rooms that I join from now on begin where I joined. */
  told() {
    this.#told = true;
  }

  /** A room's log is complete up to id. Returns false if something before it was missed: the stream began at its head. */
  ready(room, id) {
    if (!this.#named.has(room.name) && id > room.position) return false;
    this.#named.add(room.name);
    room.advance(id);
    return true;
  }

  /** Something came for a room that is not known yet: an answer that does not reach so far is not enough for it. */
  stray(name, position) {
    this.#strays.set(name, Math.max(position, this.#strays.get(name) ?? 0));
  }

  /** My membership of a room, as my log tells it: {joined}, {left} or {changed}, or nothing if it is known already. */
  member(membership) {
    const { room: name, revision, member } = membership;
    const room = this.get(name);
    if (revision <= Math.max(this.answered, room?.revision ?? 0, this.#left.get(name) ?? 0)) return {};
    if (!member) {
      this.#left.set(name, revision);
      this.#rooms.delete(name);
      return room ? { left: room } : {};
    }
    if (room) {
      // Out and back before my log could tell: the stream begins anew where I joined, and what lies between was missed.
      if (membership.joined > room.position) this.#named.delete(name);
      room.member(membership);
      return { changed: room };
    }
    const fresh = this.#add({ name, position: membership.joined, read: membership.read, reopened: membership.reopened });
    if (this.#told) this.#named.add(name); // else the stream had begun with it, at its head
    fresh.member(membership);
    return { joined: fresh };
  }

  /** The server says which rooms I have: {joined, left, drop}; drop: [room, ids that are not kept any more]. hints: positions at which pages stand, for rooms that are new. */
  answer({ rooms, me }, hints = new Map()) {
    const names = new Set(rooms.map(({ name }) => name));
    const left = this.all.filter(({ name, revision }) => !names.has(name) && revision <= me);
    for (const { name } of left) this.#rooms.delete(name);
    const joined = [];
    const drop = [];
    for (const answer of rooms) {
      const { name, head, read, reopened } = answer;
      if ((this.#left.get(name) ?? 0) > me) continue;
      if (!this.get(name)) joined.push(this.#add({ name, position: Math.min(hints.get(name) ?? head, head), read, reopened }));
      drop.push([name, this.get(name).answer(answer, { older: this.get(name).revision > me })]);
    }
    this.answered = Math.max(this.answered, me);
    return { joined, left, drop };
  }

  /** My log goes on at id, and what it said before counts for nothing. */
  reset(id) {
    this.at = id;
    this.answered = 0;
    this.#left.clear();
    for (const room of this.all) room.revision = 0;
  }

  #add(known) {
    const room = new Room({ ...known, me: this.#me });
    const stray = this.#strays.get(room.name) ?? 0;
    this.#strays.delete(room.name);
    if (stray > room.position) room.jump(stray);
    this.#rooms.set(room.name, room);
    return room;
  }
}
