/** What was typed and not sent, a room each. */
export class Drafts {
  #shelf;

  constructor(shelf) {
    this.#shelf = shelf;
  }

  get(room) {
    return this.#shelf.get(`draft:${room}`) ?? "";
  }

  set(room, text) {
    if (text) this.#shelf.set(`draft:${room}`, text);
    else this.#shelf.remove(`draft:${room}`);
  }
}
