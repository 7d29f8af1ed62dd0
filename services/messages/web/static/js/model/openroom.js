/**
 * A room that a page has opened: how far the page is with it, and how far its reader. Once it was marked unread, here or
 * elsewhere, it stays so until the reader leaves it, or reads it on purpose.
 */
export class OpenRoom {
  #line;
  #told = 0; // how far the hub was told that it was read
  #marked; // how often it was marked unread, as far as the hub has said
  #held = false;

  /** at: the position at which the page was written. read, marked: null if not known. */
  constructor({ name, at, read, marked = null, line }) {
    this.name = name;
    this.at = at;
    this.read = read;
    this.#marked = marked;
    this.#line = line;
  }

  advance(position) {
    this.at = Math.max(this.at, position);
  }

  /** Its log goes on at position, which may be behind. */
  reset(position) {
    this.at = position;
  }

  /** Whether what is seen is not taken for read. */
  get held() {
    return this.#held;
  }

  /** It was read up to here, on this device or another. Returns whether it was marked unread on another. */
  know({ read, marked = 0 }) {
    const again = this.#marked !== null && marked > this.#marked;
    this.#marked = Math.max(this.#marked ?? 0, marked);
    if (!again || read >= (this.read ?? 0)) {
      this.read = Math.max(this.read ?? 0, read);
      return false;
    }
    this.#hold(read);
    return true;
  }

  /** What comes from a message on is unread again. */
  reopen(id) {
    this.#hold(id - 1);
    this.#line.post({ type: "unread", room: this.name, id: id - 1 });
  }

  /** The reader leaves it, or wants it read. */
  release() {
    this.#held = false;
  }

  #hold(read) {
    this.read = read;
    this.#told = 0;
    this.#held = true;
  }

  /** Everything up to a position was seen; all of it, if none is named. */
  mark(position = this.at) {
    if (this.#held || position <= (this.read ?? 0)) return;
    this.read = position;
    this.#told = position;
    this.tellMark();
  }

  /** The hub is another: it may not know. */
  tellMark() {
    if (this.#told > 0) this.#line.post({ type: "read", room: this.name, id: this.#told });
  }
}
