const together = 25; // ms

/** Which rooms have changed, told a moment later and all at once: a message that is read as it comes never shows as unread. */
export class News {
  #tell;
  #clock;
  #changed = new Map();
  #gone = new Set();
  #timer = null;

  /** tell(rooms that changed, names of those that are gone). */
  constructor({ tell, clock = globalThis }) {
    this.#tell = tell;
    this.#clock = clock;
  }

  changed(room) {
    this.#gone.delete(room.name);
    this.#changed.set(room.name, room);
    this.#soon();
  }

  gone(room) {
    this.#changed.delete(room.name);
    this.#gone.add(room.name);
    this.#soon();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }

  #soon() {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = null;
      const changed = [...this.#changed.values()];
      const gone = [...this.#gone];
      this.#changed.clear();
      this.#gone.clear();
      this.#tell(changed, gone);
    }, together);
  }
}
