const every = 3000; // ms: it is shown for five seconds

/** Tells others that one is writing in a room: now and then while one does. Whoever does not hear it misses nothing. */
export class TellTyping {
  #send;
  #now;
  #told = new Map(); // room: when

  /** @param {{send: (room: string) => Promise<any>, now?: () => number}} options */
  constructor({ send, now = () => performance.now() }) {
    this.#send = send;
    this.#now = now;
  }

  /** Something was typed, and this is what stands there now. */
  typed(room, text) {
    const now = this.#now();
    if (text.trim() === "" || now - (this.#told.get(room) ?? -every) < every) return;
    this.#told.set(room, now);
    this.#send(room).catch(() => {}); // a hint
  }

  /** It was sent: what is typed next is told at once. */
  sent(room) {
    this.#told.delete(room);
  }
}
