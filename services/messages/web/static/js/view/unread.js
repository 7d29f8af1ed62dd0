/** What is unread in all: in the title, and on the button of the drawer. */
export class Unread {
  #rooms;
  #open;
  #dot;
  #called;
  #title = document.title;

  /** rooms: the MyRooms. open: the name of the open one. called: where mentions are counted. */
  constructor({ rooms, open, dot, called = null }) {
    this.#rooms = rooms;
    this.#open = open;
    this.#dot = dot;
    this.#called = called;
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
    this.#showCalled();
    this.#showBadge();
    if (this.#dot) this.#dot.hidden = !loud.some(({ name, unread }) => name !== this.#open && unread > 0);
  }

  /** On the icon of an installed app: what is unread and meant for the reader. */
  #showBadge() {
    const meant = this.#rooms.all.reduce((sum, { kind, notify, unread, mentions = 0 }) => sum + (kind === "direct" && notify !== "none" ? unread : mentions), 0);
    const badge = /** @type {any} */ (navigator);
    if (meant > 0) badge.setAppBadge?.(meant).catch(() => {});
    else badge.clearAppBadge?.().catch(() => {});
  }

  /** Mentions count in rooms that are silenced, too. */
  #showCalled() {
    if (!this.#called) return;
    const mentions = this.#rooms.all.reduce((sum, room) => sum + (room.mentions ?? 0), 0);
    this.#called.hidden = mentions === 0;
    this.#called.firstChild.textContent = mentions > 99 ? "99+" : String(mentions);
  }
}
