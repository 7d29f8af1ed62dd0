import { Connection } from "./connection.js";
import { Api } from "./model/api.js";
import { newClientId } from "./model/clientid.js";
import { Cursors } from "./model/cursors.js";
import { Outbox } from "./model/outbox.js";
import { Reads } from "./model/reads.js";
import { localShelf } from "./model/shelf.js";
import { Stream } from "./model/stream.js";
import { leave } from "./signedout.js";
import { Unread } from "./unread.js";
import { RoomList } from "./view/roomlist.js";
import { Status } from "./view/status.js";

/** What every page of the chat has: the rooms, the stream, what is unread, and what waits to be sent. */
export class Chat {
  #username;
  #open;
  #list;
  #unread;
  #shows = () => {};

  api = new Api();
  cursors = new Cursors();

  constructor({ username, open = null, head = 0, list, dot, banner }) {
    this.#username = username;
    this.#open = open;
    this.shelf = localShelf(username);
    this.reads = new Reads(this.shelf);
    this.#list = new RoomList(list);
    if (open) this.cursors.add(open, head);
    for (const [room, position] of this.#list.heads()) this.#see(room, position);
    this.#unread = new Unread({ list: this.#list, reads: this.reads, cursors: this.cursors, open, dot });
    this.stream = new Stream({ cursors: this.cursors });
    this.#follow(new Status(banner));
    addEventListener("storage", (event) => this.shelf.keyOf(event)?.startsWith("read:") && this.showUnread());
  }

  /** What has come in the open room and was not seen is counted by unseen. */
  start(unseen = () => 0) {
    this.#shows = unseen;
    this.showUnread();
    if (this.cursors.rooms.length > 0) this.stream.open();
    this.#sendLeftovers();
  }

  showUnread() {
    this.#unread?.show(this.#shows());
  }

  outbox(room) {
    const outbox = new Outbox({ room, shelf: this.shelf, newId: newClientId, post: (...message) => this.api.post(...message) });
    this.stream.addEventListener("state", ({ detail }) => detail.state === "live" && outbox.wake());
    addEventListener("online", () => outbox.wake());
    return outbox;
  }

  #follow(status) {
    const connection = new Connection({
      stream: this.stream,
      api: this.api,
      onRooms: (rooms) => this.#takeRooms(rooms),
      onSignedOut: leave,
    });
    let before = false;
    status.show("connecting");
    this.stream.addEventListener("state", ({ detail: { state } }) => {
      if (state !== "closed") status.show(state);
      if (state === "live" && before) connection.refresh();
      before ||= state === "live";
    });
    this.stream.addEventListener("message", ({ detail: { message } }) => this.#elsewhere(message));
    this.stream.addEventListener("ready", () => this.showUnread());
    this.stream.addEventListener("reset", ({ detail: { room, id } }) => {
      this.reads.reset(room, id);
      this.showUnread();
    });
  }

  /** In another room: it counts as unread, unless it is the reader's own and there was nothing before it. */
  #elsewhere({ room, revision, username }) {
    if (room === this.#open) return;
    if (username === this.#username && this.reads.last(room) === revision - 1) this.reads.mark(room, revision);
    this.showUnread();
  }

  #takeRooms(rooms) {
    const names = new Set(rooms.map(({ name }) => name));
    if (this.#open && !names.has(this.#open)) {
      location.reload();
      return;
    }
    const gone = this.#list.rooms.filter((room) => !names.has(room));
    const fresh = rooms.filter(({ name }) => !this.cursors.has(name));
    for (const room of gone) {
      this.#list.remove(room);
      this.cursors.drop(room);
    }
    for (const { name, head } of fresh) {
      this.#list.add(name);
      this.#see(name, head);
    }
    const streamed = new Set(this.cursors.rooms);
    for (const { name, head } of rooms) {
      if (!streamed.has(name)) this.cursors.advance(name, head);
    }
    this.showUnread();
    if (fresh.length > 0 && this.stream.state === "live") this.stream.open();
  }

  #see(room, head) {
    this.cursors.add(room, head);
    this.reads.see(room, head);
  }

  /** Messages to other rooms that the reader left before they were stored. */
  #sendLeftovers() {
    for (const room of Outbox.rooms(this.shelf)) {
      if (room !== this.#open) this.outbox(room).restore();
    }
  }
}
