/*
 * What every page of the chat has: the rooms at the side with what is unread, and the line to the hub, which has the stream.
 *
 *     hub.js, worker.js ◀── model/line.js ── chat.js ──▶ view/roomlist.js, view/unread.js, view/status.js
 *                                               └──▶ room.js ──▶ roomstage.js ──▶ conversation.js, view/room/…
 *
 * What it shows it is told as JSON: script#state, see model/state.js. It relies on, in the templates:
 *     nav#rooms            with ul#room-list and ul#direct-list
 *     form[action="/logout"], #banner, #drawer-dot
 */
import { faces } from "./model/faces.js";
import { Activity } from "./model/activity.js";
import { Api } from "./model/api.js";
import { lateHub } from "./model/latehub.js";
import { Line } from "./model/line.js";
import { MyRooms, signOf } from "./model/myrooms.js";
import { clearShelf, drafts } from "./model/pageoutbox.js";
import { Presence } from "./model/presence.js";
import { localShelf } from "./model/shelf.js";
import { noteVisit } from "./model/recent.js";
import { takeState } from "./model/state.js";
import { ways } from "./model/ways.js";
import { leave } from "./signedout.js";
import { signOutByHub } from "./signout.js";
import { holdDrops } from "./view/drop.js";
import { showMe } from "./view/me.js";
import { RoomList } from "./view/roomlist.js";
import { Status } from "./view/status.js";
import { Notifying } from "./view/notifying.js";
import { showPresence } from "./view/presence.js";
import { Unread } from "./view/unread.js";
import { keepAwake, watchActivity } from "./wake.js";

const patience = 2000; // ms, for my log to tell of a room that I have joined
const part = (id) => document.getElementById(id);

/** Events: "room" {…summary}, changed or new; "gone" {name}. */
export class Chat extends EventTarget {
  #rooms;
  #list;
  #unread;
  #open = null; // the name of the open room
  #others = new Map(); // rooms that were opened and are not mine

  api = new Api();

  constructor() {
    super();
    this.state = takeState();
    const { me, rooms, open } = this.state;
    faces.begin(this.state.faces, (usernames) => this.api.faces(usernames));
    this.username = me.username;
    this.shelf = localShelf(me.username);
    const worker = new URL("./worker.js", import.meta.url);
    const makeHub = () => lateHub(async () => (await import("./hub.js")).makeHub(me.username));
    this.line = new Line(ways(me.username, { worker, makeHub }));
    this.#open = open?.room.name ?? null;
    this.#rooms = new MyRooms({ me: me.username, nameOf: (username) => faces.name(username), rooms });
    this.presence = new Presence({ ask: (people) => this.api.presence(people), seen: () => !document.hidden });
    this.#list = new RoomList(part("rooms"), { rooms: this.#rooms, presence: this.presence, current: this.#open });
    this.#unread = new Unread({ rooms: this.#rooms, open: this.#open, dot: part("drawer-dot"), called: part("mentions-count") });
    this.#listen(new Status(part("banner")));
  }

  /** hello() says which rooms the page holds. go(address) shows a message. */
  start(hello = () => ({ rooms: [], open: null }), go = (address) => location.assign(address)) {
    this.notifying = new Notifying({ line: this.line, shelf: this.shelf, describe: (message) => this.#describe(message), go });
    clearShelf(this.shelf, this.line);
    for (const form of document.querySelectorAll('form[action="/logout"]')) signOutByHub(form, this.line);
    keepAwake(this.line);
    holdDrops();
    this.#attend();
    this.line.open(() => ({ ...hello(), drafts: drafts(this.shelf), view: this.notifying.view }));
  }

  /** Who of those that the page shows is here, and that the reader is. */
  #attend() {
    showPresence(document, this.presence);
    this.#watchPartners();
    watchActivity(new Activity({ tell: (state) => this.api.tellPresence(state), shelf: this.shelf }));
    document.addEventListener("visibilitychange", () => document.hidden || this.presence.refresh());
  }

  #watchPartners() {
    this.presence.watch(this.#rooms.all.map((room) => this.#rooms.partner(room)).filter((name) => name !== undefined));
  }

  /** My rooms, in order of name. */
  get rooms() {
    return this.#rooms.all;
  }

  has(name) {
    return Boolean(this.#rooms.get(name));
  }

  /** Joins a room, if I may and am not in it. Resolves to whether it is known then to be mine. */
  async join(name) {
    try {
      await this.api.join(name);
    } catch {
      return false;
    }
    const until = performance.now() + patience;
    while (!this.has(name) && performance.now() < until) await this.#news(until - performance.now());
    return this.has(name);
  }

  /** The next change of a room; or the time (ms) is over. */
  #news(time) {
    return new Promise((resolve) => {
      this.addEventListener("room", resolve, { once: true });
      setTimeout(resolve, time);
    });
  }

  /** What is known of a room: of one that is not mine, what the page was written with. */
  summary(room) {
    const mine = this.#rooms.get(room.name);
    if (!mine && !this.#others.has(room.name)) this.#others.set(room.name, { ...room, label: this.#rooms.label(room), unread: 0 });
    return mine ?? this.#others.get(room.name);
  }

  /** What a room is called; one that is not mine, by its name. */
  labelOf(name) {
    const room = this.#rooms.get(name);
    if (!room) return `#${name}`;
    return room.kind === "direct" ? room.label : `#${room.label}`;
  }

  /** Who has said something, and where. */
  #describe({ username, room }) {
    const who = faces.name(username);
    return room.startsWith("dm-") ? who : `${who} in ${this.labelOf(room)}`;
  }

  /** The name of the open room; null. */
  get open() {
    return this.#open;
  }

  /** Another room is open in this page. */
  opened(summary) {
    if (summary.name !== this.#open) this.line.post({ type: "open", room: summary.name });
    this.#open = summary.name;
    noteVisit(this.shelf, summary.name);
    this.#list.current = summary.name;
    this.#unread.open(summary.name, `${signOf(summary)} ${summary.label} · Parley`);
  }

  /** No room is open in this page, but something else. */
  away(title) {
    if (this.#open !== null) this.line.post({ type: "open", room: null });
    this.#open = null;
    this.#list.current = null;
    this.#unread.open(null, `${title} · Parley`);
  }

  #listen(status) {
    const on = (type, act) => this.line.addEventListener(type, ({ detail }) => act(detail));
    status.show("connecting");
    on("state", ({ state }) => {
      status.show(state);
      if (state === "live") this.presence.refresh();
    });
    on("mine", ({ rooms, at }) => this.#take(rooms, at < this.state.me.head ? [] : this.#rooms.without(rooms)));
    on("rooms", ({ changed, gone }) => this.#take(changed, gone));
    on("notice", ({ notice }) => notice.type === "presence" && this.presence.hear(notice));
    on("person", ({ person }) => this.#me(person));
    on("faces", ({ faces: changed }) => changed.forEach((face) => faces.take(face)));
    let welcome = 0;
    on("welcome", () => welcome++ > 0 && faces.refresh()); // another hub, which may know less
    on("stale", () => faces.refresh());
    faces.addEventListener("change", () => this.#renamed());
    on("left", ({ reason }) => leave(reason, this.shelf));
  }

  /** My profile is another, maybe by another page. */
  #me({ role, display_name: name, theme = "", ...look }) {
    Object.assign(this.state.me, { role, name: name || this.username });
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    faces.take({ username: this.username, ...look, display_name: name, version: look.revision });
  }

  #renamed() {
    const rooms = this.#rooms.rename();
    this.#list.show();
    showMe(this.username);
    for (const room of rooms) {
      if (room.name === this.#open) this.#unread.open(room.name, `${signOf(room)} ${room.label} · Parley`);
      this.dispatchEvent(new CustomEvent("room", { detail: room }));
    }
  }

  #take(rooms, gone) {
    const known = rooms.map((room) => this.#rooms.put(room));
    for (const name of gone) this.#rooms.remove(name);
    this.#watchPartners();
    this.#list.show();
    this.#unread.show();
    for (const room of known) this.dispatchEvent(new CustomEvent("room", { detail: room }));
    for (const name of gone) this.dispatchEvent(new CustomEvent("gone", { detail: { name } }));
  }
}
