/** What was typed and not sent, a room each, and which message it is to answer. */
export class Drafts {
  #shelf;

  constructor(shelf) {
    this.#shelf = shelf;
  }

  get(room) {
    return this.#shelf.get(`draft:${room}`) ?? "";
  }

  set(room, text) {
    this.#put(`draft:${room}`, text);
  }

  /** {id, username, text}; null for nothing. */
  answered(room) {
    return this.#shelf.get(`answer:${room}`);
  }

  answer(room, message) {
    this.#put(`answer:${room}`, message);
  }

  #put(key, value) {
    if (value) this.#shelf.set(key, value);
    else this.#shelf.remove(key);
  }
}
