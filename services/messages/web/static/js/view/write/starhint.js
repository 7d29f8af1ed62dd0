import { isStarred } from "../../model/starred.js";

const key = "hint:stars";

/** Tells somebody who writes *bold*, once and for good, how bold is written here. */
export class StarHint {
  #element;
  #shelf;

  constructor(element, field, shelf) {
    this.#element = element;
    this.#shelf = shelf;
    if (shelf.get(key)) return;
    element.querySelector("button").addEventListener("click", () => {
      this.#end();
      field.focus();
    });
    field.addEventListener("input", () => this.#look(field.value));
    field.form.addEventListener("submit", () => this.#element.hidden || this.#end());
  }

  #look(text) {
    if (this.#element.hidden && !this.#shelf.get(key) && isStarred(text)) this.#element.hidden = false;
  }

  #end() {
    this.#element.hidden = true;
    this.#shelf.set(key, true);
  }
}
