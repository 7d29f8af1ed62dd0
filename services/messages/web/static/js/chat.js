/*
 * What every page of the chat has: the rooms at the side with what is unread, and the line to the hub, which has the stream.
 *
 *     hub.js, worker.js ◀── model/line.js ── chat.js ──▶ view/roomlist.js, view/unread.js, view/status.js
 *                                               └──▶ room.js ──▶ conversation.js, view/composer.js
 *
 * It relies on, in the templates:
 *     body                 data-page, data-username, data-me-head; of a room: data-open-room, data-open-head, data-open-more
 *     nav#rooms            with ul#room-list and ul#direct-list of li > a.room-link
 *     a.room-link          data-room, data-kind, data-title, data-head, data-read, data-unread, data-notify; in it .room-name
 *                          and .count
 *     template#room-link   the li of one
 *     form[action="/logout"], #banner, #drawer-dot; of a room: #room-name, #room-topic, #composer-closed
 */
import { makeHub } from "./hub.js";
import { Api } from "./model/api.js";
import { Line } from "./model/line.js";
import { OpenRoom } from "./model/openroom.js";
import { clearShelf, drafts } from "./model/pageoutbox.js";
import { localShelf } from "./model/shelf.js";
import { ways } from "./model/ways.js";
import { leave } from "./signedout.js";
import { signOutByHub } from "./signout.js";
import { RoomList } from "./view/roomlist.js";
import { Status } from "./view/status.js";
import { Unread } from "./view/unread.js";
import { keepAwake } from "./wake.js";

const part = (id) => document.getElementById(id);

/** Events: "room" {…summary} and "gone", of the open room. */
export class Chat extends EventTarget {
  #list = new RoomList(part("rooms"));
  #unread;
  #meHead;
  #seed = null; // what the page was written with, for the first hub

  api = new Api();
  open = null;

  constructor() {
    super();
    const { username, meHead, openRoom, openHead } = document.body.dataset;
    this.username = username;
    this.#meHead = Number(meHead ?? 0);
    this.shelf = localShelf(username);
    const worker = new URL("./worker.js", import.meta.url);
    this.line = new Line(ways(username, { worker, makeHub: () => makeHub(username) }));
    if (openRoom) {
      const { line } = this;
      this.open = new OpenRoom({ name: openRoom, at: Number(openHead), read: this.#list.read(openRoom), line });
    }
    this.#unread = new Unread({ list: this.#list, open: openRoom, dot: part("drawer-dot") });
    this.#listen(new Status(part("banner")));
  }

  /** seed: the messages that the page was written with, {messages, from}. */
  start(seed = null) {
    this.#seed = seed;
    clearShelf(this.shelf, this.line);
    for (const form of document.querySelectorAll('form[action="/logout"]')) signOutByHub(form, this.line);
    keepAwake(this.line);
    this.line.open(() => this.#hello());
  }

  #hello() {
    const seed = this.#seed;
    this.#seed = null;
    return { room: this.open?.name, at: this.open?.at, ...seed, drafts: drafts(this.shelf) };
  }

  #listen(status) {
    const on = (type, act) => this.line.addEventListener(type, ({ detail }) => act(detail));
    status.show("connecting");
    on("welcome", () => this.open?.tellMark());
    on("state", ({ state }) => status.show(state));
    on("mine", ({ rooms, at }) => this.#take(rooms, at < this.#meHead ? [] : this.#list.without(rooms)));
    on("rooms", ({ changed, gone }) => this.#take(changed, gone));
    on("left", ({ reason }) => leave(reason, this.shelf));
  }

  #take(rooms, gone) {
    for (const room of rooms) {
      this.#list.show(room);
      if (room.name === this.open?.name) this.dispatchEvent(new CustomEvent("room", { detail: room }));
    }
    for (const name of gone) {
      this.#list.remove(name);
      if (name === this.open?.name) this.dispatchEvent(new CustomEvent("gone"));
    }
    this.#unread.show();
  }
}
