import { faces } from "../../model/faces.js";
import { excerpt } from "../message/quote.js";

/** What the composer answers: quoted above it, and kept with the draft of its room. */
export class Replying {
  #parts;
  #drafts;
  #room = null;
  #answered = null; // {id, username, text}

  /** parts: elements: quote, with author and text in it; remove; field, where one writes. */
  constructor(parts, drafts) {
    this.#parts = parts;
    this.#drafts = drafts;
    parts.remove.addEventListener("click", () => this.#remove());
    parts.field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#answered || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      this.#remove();
    });
  }

  /** The room that is written to. */
  show({ name, archived }) {
    this.#room = name;
    this.#show(archived ? null : this.#drafts.answered(name));
  }

  begin(message) {
    const { id, username } = message;
    this.#set({ id, username, text: excerpt(message) });
    this.#parts.field.focus();
  }

  /** It is sent: the id of what it answers, or null. */
  take() {
    const id = this.#answered?.id ?? null;
    this.#set(null);
    return id;
  }

  /** Somebody is called otherwise. */
  relabel() {
    this.#show(this.#answered);
  }

  #remove() {
    this.#set(null);
    this.#parts.field.focus();
  }

  #set(answered) {
    this.#drafts.answer(this.#room, answered);
    this.#show(answered);
  }

  #show(answered) {
    const { quote, author, text } = this.#parts;
    this.#answered = answered;
    quote.hidden = !answered;
    author.textContent = answered ? faces.name(answered.username) : "";
    text.textContent = answered?.text ?? "";
  }
}
