import { ApiError } from "../static/js/model/api.js";
import { FakeSource } from "./fakes.mjs";

/** A Parley for one user, in memory: rooms, a log of one's own, a stream, and what GET /chat says, counted naively. */
export class FakeServer {
  rooms = new Map(); // name: {name, kind, title, head, revision, floor, messages}
  memberships = new Map(); // room: {room, revision, member, joined, read, notify, …}
  head = 0;
  down = false;
  streams = new Set();
  asked = { rooms: 0, reads: [], posts: [] };
  replayLimit = 50;
  mineFirst = true; // a stream tells my log before the rooms, or after them

  constructor(me = "ada") {
    this.me = me;
  }

  makeRoom(name, { kind = "open" } = {}) {
    this.rooms.set(name, { name, kind, title: `The ${name}`, head: 0, revision: 0, floor: 0, messages: [] });
  }

  say(name, username, body = "hi", clientId = undefined, more = {}) {
    const room = this.rooms.get(name);
    const again = clientId && room.messages.find((message) => message.client_id === clientId);
    if (again) return again.id;
    const id = ++room.head;
    const message = { id, revision: id, room: name, username, body, created_at: "2026-11-24T09:00:00Z", client_id: clientId, ...more };
    room.messages.push(message);
    this.#tell(name, message);
    return id;
  }

  edit(name, id) {
    const room = this.rooms.get(name);
    const message = room.messages.find((candidate) => candidate.id === id);
    message.revision = ++room.head;
    this.#tell(name, structuredClone(message));
  }

  delete(name, id) {
    const message = this.rooms.get(name).messages.find((candidate) => candidate.id === id);
    if (message.deleted) return;
    Object.assign(message, { body: "", deleted: true });
    this.edit(name, id);
  }

  rename(name, title) {
    const room = this.rooms.get(name);
    Object.assign(room, { title, revision: ++room.head });
    this.#tell(name, this.#roomEvent(room));
  }

  /** What was said up to a floor is gone. */
  expire(name, floor) {
    const room = this.rooms.get(name);
    if (floor <= room.floor || floor > room.head) return;
    room.messages = room.messages.filter(({ id }) => id > floor);
    Object.assign(room, { floor, revision: ++room.head });
    this.#tell(name, this.#roomEvent(room));
  }

  join(name) {
    const { head, kind } = this.rooms.get(name);
    if (this.memberships.get(name)?.member) return;
    const notify = this.memberships.get(name)?.notify ?? "all";
    this.#member({ room: name, kind, member: true, moderator: false, joined: head, read: head, notify });
    for (const stream of this.streams) this.#begin(stream, name, head);
  }

  leave(name) {
    this.#member({ ...this.memberships.get(name), member: false });
    for (const stream of this.streams) stream.logs.delete(name);
  }

  /** Reading, on this device or another. */
  read(name, id) {
    const membership = this.memberships.get(name);
    if (!membership?.member) throw new ApiError(404, "room_not_found", "There is no such room.");
    const read = Math.min(id, this.rooms.get(name).head);
    if (read > membership.read) this.#member({ ...membership, read });
  }

  /** What is above id is unread again, also if I have said something since. */
  markUnread(name, id) {
    const { head } = this.rooms.get(name);
    this.#member({ ...this.memberships.get(name), read: Math.min(id, head), reopened: head });
  }

  unread(name) {
    const read = this.#effective(name);
    const counts = ({ id, username, deleted, thread }) => id > read && username !== this.me && !deleted && !thread;
    return Math.min(100, this.rooms.get(name).messages.filter(counts).length);
  }

  get mine() {
    return [...this.memberships.values()].filter(({ member }) => member).map(({ room }) => room).sort();
  }

  /** What Api is to the page. */
  api = {
    rooms: async () => {
      this.#answer();
      this.asked.rooms++;
      return { me: this.head, rooms: this.mine.map((name) => this.#summary(name)) };
    },
    read: async (name, id, unread) => {
      this.#answer();
      this.asked.reads.push(unread ? [name, id, unread] : [name, id]);
      if (unread) this.markUnread(name, id);
      else this.read(name, id);
    },
    post: async (name, body, clientId) => {
      this.#answer();
      this.asked.posts.push(body);
      return { id: this.say(name, this.me, body, clientId) };
    },
    signOut: async () => this.#answer(),
  };

  connect = (url) => {
    const source = new FakeSource(url);
    queueMicrotask(() => this.#serve(source, url));
    return source;
  };

  /** Every stream breaks. */
  cut() {
    const streams = [...this.streams];
    this.streams.clear();
    for (const { source } of streams) source.cut();
  }

  #answer() {
    if (this.down) throw new TypeError("network");
  }

  #serve(source, url) {
    if (this.down) return source.cut();
    const cursors = new Map(url.split("after=")[1].split(",").map((cursor) => cursor.split(":")));
    const stream = { source, logs: new Set() };
    source.open();
    this.streams.add(stream);
    const tellMine = () => this.#replay(stream, `@${this.me}`, Number(cursors.get(`@${this.me}`)), this.head, [...this.memberships.values()]);
    if (this.mineFirst) tellMine();
    for (const name of this.mine) this.#begin(stream, name, cursors.has(name) ? Number(cursors.get(name)) : undefined);
    if (!this.mineFirst) tellMine();
    stream.mine = true;
    return undefined;
  }

  #begin(stream, name, after) {
    const room = this.rooms.get(name);
    const rows = [...room.messages, ...(room.revision > 0 ? [this.#roomEvent(room)] : [])];
    this.#replay(stream, name, after ?? room.head, room.head, rows);
    stream.logs.add(name);
  }

  #replay({ source }, topic, after, head, rows) {
    if (after > head || head - after > this.replayLimit) {
      source.send("reset", { room: topic, id: head });
    } else {
      const missed = rows.filter(({ revision }) => revision > after).sort((a, b) => a.revision - b.revision);
      for (const row of missed) source.send(this.#event(topic), row);
    }
    source.send("ready", { room: topic, id: head });
  }

  #tell(topic, event) {
    for (const { source, logs, mine } of this.streams) {
      if (topic.startsWith("@") ? mine : logs.has(topic)) source.send(this.#event(topic), event);
    }
  }

  #event(topic) {
    return topic.startsWith("@") ? "me" : `room.${topic}`;
  }

  #member(membership) {
    const now = { type: "membership", ...membership, revision: ++this.head };
    this.memberships.set(now.room, now);
    this.#tell(`@${this.me}`, now);
  }

  #effective(name) {
    const { read, reopened = 0 } = this.memberships.get(name);
    const own = this.rooms.get(name).messages.findLast(({ username, id }) => username === this.me && id > reopened)?.id ?? 0;
    return Math.max(read, own, this.rooms.get(name).floor);
  }

  #roomEvent({ name, kind, title, revision, floor }) {
    return { type: "room", revision, room: name, kind, title, topic: "", archived: false, ...(floor > 0 && { floor }) };
  }

  #summary(name) {
    const { kind, title, head, floor } = this.rooms.get(name);
    const { notify, moderator, reopened = 0 } = this.memberships.get(name);
    const read = this.#effective(name);
    return { name, kind, title, topic: "", head, read, reopened, unread: this.unread(name), mentions: 0, notify, moderator, archived: false, ...(floor > 0 && { floor }) };
  }
}
