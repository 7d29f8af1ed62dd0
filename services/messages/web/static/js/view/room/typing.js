import { typingText } from "../../model/typists.js";

/** The line that tells who is writing in the open room. It is no live region: it would talk all the time. */
export class Typing {
  #element;
  #typists;
  #room = null;

  constructor(element, typists) {
    this.#element = element;
    this.#typists = typists;
    typists.addEventListener("change", ({ detail: { room } }) => room === this.#room && this.show(room));
  }

  /** room: its name, null if none is open. */
  show(room) {
    this.#room = room;
    const text = typingText(this.#typists.in(room));
    this.#element.textContent = text;
    this.#element.hidden = text === "";
  }
}
