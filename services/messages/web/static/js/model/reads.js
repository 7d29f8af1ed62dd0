/** How far this user has read each room, and so how much is unread: head − last read. */
export class Reads {
  #shelf;
  #known;
  #fresh = new Map(); // what the shelf could not keep

  constructor(shelf) {
    this.#shelf = shelf;
    this.#known = shelf.keys("read:").length > 0;
  }

  /** The position up to which the room was read; null if it was never seen here. */
  last(room) {
    return this.#fresh.get(room) ?? this.#shelf.get(`read:${room}`);
  }

  /**
   * A room comes into sight. In a browser that is new to Parley all that was said before counts as read; later on, a
   * room that is new is unread from its beginning.
   */
  see(room, head) {
    if (this.last(room) === null) this.#keep(room, this.#known ? 0 : head);
  }

  mark(room, position) {
    if (position > (this.last(room) ?? -1)) this.#keep(room, position);
  }

  /** The room's counter went back: nothing beyond head can have been read. */
  reset(room, head) {
    if ((this.last(room) ?? 0) > head) this.#keep(room, head);
  }

  unread(room, head) {
    return Math.max(0, head - (this.last(room) ?? head));
  }

  #keep(room, position) {
    if (this.#shelf.set(`read:${room}`, position)) this.#fresh.delete(room);
    else this.#fresh.set(room, position);
  }
}
