/** What is unread: beside each room, on the button of the drawer, and in the title. */
export class Unread {
  #list;
  #reads;
  #cursors;
  #open;
  #dot;
  #title = document.title;

  constructor({ list, reads, cursors, open = null, dot = null }) {
    this.#list = list;
    this.#reads = reads;
    this.#cursors = cursors;
    this.#open = open;
    this.#dot = dot;
  }

  /** unseen: what has come in the open room and was not looked at. */
  show(unseen = 0) {
    let elsewhere = 0;
    for (const room of this.#list.rooms) {
      const unread = room === this.#open ? 0 : this.#reads.unread(room, this.#cursors.get(room));
      this.#list.showUnread(room, unread);
      elsewhere += unread;
    }
    if (this.#dot) this.#dot.hidden = elsewhere === 0;
    const all = elsewhere + unseen;
    document.title = all > 0 ? `(${all > 99 ? "99+" : all}) ${this.#title}` : this.#title;
  }
}
