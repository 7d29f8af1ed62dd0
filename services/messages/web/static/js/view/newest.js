/** The button that leads back down, and says how much has come meanwhile. */
export class Newest {
  #button;
  #text;
  #count = 0;

  constructor(button, text, go) {
    this.#button = button;
    this.#text = text;
    button.addEventListener("click", go);
  }

  get count() {
    return this.#count;
  }

  add(number) {
    this.#count += number;
  }

  clear() {
    this.#count = 0;
  }

  show(wanted) {
    this.#button.hidden = !wanted;
    this.#button.toggleAttribute("data-count", this.#count > 0);
    if (this.#count > 0) this.#button.dataset.count = this.#count;
    this.#text.textContent = this.#label();
  }

  #label() {
    if (this.#count === 0) return "Newest messages";
    return this.#count === 1 ? "1 new message" : `${this.#count} new messages`;
  }
}
