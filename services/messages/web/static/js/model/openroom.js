/** A room that a page has opened: how far the page is with it, and how far its reader. */
export class OpenRoom {
  #line;
  #marked = 0;

  /** at: the position at which the page was written. read: null if not known. */
  constructor({ name, at, read, line }) {
    this.name = name;
    this.at = at;
    this.read = read;
    this.#line = line;
  }

  advance(position) {
    this.at = Math.max(this.at, position);
  }

  /** Its log goes on at position, which may be behind. */
  reset(position) {
    this.at = position;
  }

  /** It was read up to here, on this device or another. */
  know(read) {
    this.read = Math.max(this.read ?? 0, read);
  }

  /** Everything up to a position was seen; all of it, if none is named. */
  mark(position = this.at) {
    if (position <= (this.read ?? 0)) return;
    this.read = position;
    this.#marked = position;
    this.tellMark();
  }

  /** The hub is another: it may not know. */
  tellMark() {
    if (this.#marked > 0) this.#line.post({ type: "read", room: this.name, id: this.#marked });
  }
}
