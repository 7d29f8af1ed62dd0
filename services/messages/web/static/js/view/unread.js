/** What is unread in all: in the title, and on the button of the drawer. */
export class Unread {
  #list;
  #open;
  #dot;
  #title = document.title;

  constructor({ list, open, dot }) {
    this.#list = list;
    this.#open = open;
    this.#dot = dot;
  }

  /** Rooms that the reader has silenced are counted beside their names only. */
  show() {
    const loud = this.#list.rooms.filter(({ notify }) => notify === "all");
    const all = loud.reduce((sum, { unread }) => sum + unread, 0);
    document.title = all > 0 ? `(${all > 99 ? "99+" : all}) ${this.#title}` : this.#title;
    if (this.#dot) this.#dot.hidden = !loud.some(({ name, unread }) => name !== this.#open && unread > 0);
  }
}
