import { faces } from "../../model/faces.js";
import { typingText } from "../../model/typists.js";

/** The line that tells who is writing in the open room. It is no live region, which would talk all the time: the voice says it now and then. */
export class Typing {
  #element;
  #typists;
  #voice;
  #room = null;

  /** voice: a TypingVoice. */
  constructor(element, typists, voice) {
    this.#element = element;
    this.#typists = typists;
    this.#voice = voice;
    typists.addEventListener("change", ({ detail: { room } }) => room === this.#room && this.show(room));
  }

  /** room: its name, null if none is open. */
  show(room) {
    this.#room = room;
    const text = typingText(this.#typists.in(room).map((username) => faces.name(username)));
    this.#element.textContent = text;
    this.#element.hidden = text === "";
    if (room !== null) this.#voice.shows(room, text);
  }
}
