import { openBeside } from "./place.js";

const coarse = matchMedia("(pointer: coarse)");

/** The picker of emojis in a popover; it is loaded when it is first opened. */
export class EmojiPicker {
  #element = document.createElement("div");
  #load;
  #picker = null;
  #choose = (_emoji) => {};
  #back = null;

  /** load() resolves to {makePicker}. */
  constructor(load) {
    this.#load = load;
    this.#element.className = "picker";
    this.#element.id = "picker";
    this.#element.popover = "auto";
    this.#element.tabIndex = -1;
    this.#element.setAttribute("role", "dialog");
    this.#element.setAttribute("aria-label", "Choose an emoji");
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    document.body.append(this.#element);
  }

  /** choose(emoji) is called once or never; then back has the focus again. Rejects if it could not be loaded. */
  async show(box, choose, back) {
    this.#choose = choose;
    this.#back = back;
    openBeside(this.#element, box);
    if (!this.#picker) await this.#make();
    if (coarse.matches) this.#element.focus(); // a keyboard would come up, and hide the emojis
    else this.#search?.focus();
  }

  /** The picker is an element that fills itself a moment later. */
  async #make() {
    this.#element.setAttribute("aria-busy", "true");
    try {
      const { makePicker } = await this.#load();
      this.#picker ??= makePicker();
      this.#picker.addEventListener("emoji-click", ({ detail }) => this.#chosen(detail.unicode));
      this.#element.replaceChildren(this.#picker);
      await new Promise(requestAnimationFrame);
    } catch (error) {
      this.#element.hidePopover();
      throw error;
    } finally {
      this.#element.removeAttribute("aria-busy");
    }
  }

  get #search() {
    return this.#picker?.shadowRoot.querySelector("input");
  }

  #chosen(emoji) {
    this.#close();
    this.#search.value = "";
    this.#search.dispatchEvent(new Event("input", { bubbles: true }));
    this.#choose(emoji);
  }

  #key(event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.#close();
  }

  #close() {
    this.#element.hidePopover();
    this.#back?.focus({ preventScroll: true });
  }
}
