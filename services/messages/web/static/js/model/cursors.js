const mostRooms = 100;

/** What this page has of each room: a position, or nothing yet. The first room is the one that is open. */
export class Cursors {
  #at = new Map();

  add(room, position) {
    if (!this.#at.has(room)) this.#at.set(room, position);
  }

  drop(room) {
    this.#at.delete(room);
  }

  has(room) {
    return this.#at.has(room);
  }

  get(room) {
    return this.#at.get(room) ?? 0;
  }

  get rooms() {
    return [...this.#at.keys()].slice(0, mostRooms);
  }

  /** Goes on to position; never back. */
  advance(room, position) {
    if (this.#at.has(room) && position > this.get(room)) this.#at.set(room, position);
  }

  /** The server says where the room stands now, which may be behind. */
  reset(room, position) {
    if (this.#at.has(room)) this.#at.set(room, position);
  }

  /** What to ask the stream for: general:42,random:7. A room without a position starts at its head. */
  toString() {
    return this.rooms.map((room) => (this.#at.get(room) === undefined ? room : `${room}:${this.#at.get(room)}`)).join(",");
  }
}
