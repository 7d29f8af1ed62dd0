/** What is unread in all: in the title, and on the button of the drawer. */
export class Unread {
  #rooms;
  #open;
  #dot;
  #title = document.title;

  /** rooms: the MyRooms. open: the name of the open one. */
  constructor({ rooms, open, dot }) {
    this.#rooms = rooms;
    this.#open = open;
    this.#dot = dot;
  }

  /** Another room is open. */
  open(name, title) {
    this.#open = name;
    this.#title = title;
    this.show();
  }

  /** Rooms that the reader has silenced are counted beside their names only. */
  show() {
    const loud = this.#rooms.all.filter(({ notify }) => notify === "all");
    const all = loud.reduce((sum, { unread }) => sum + unread, 0);
    document.title = all > 0 ? `(${all > 99 ? "99+" : all}) ${this.#title}` : this.#title;
    if (this.#dot) this.#dot.hidden = !loud.some(({ name, unread }) => name !== this.#open && unread > 0);
  }
}
