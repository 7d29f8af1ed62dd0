import { format } from "../../model/format.js";
import { isMac, keyName } from "../keyname.js";
import { edit } from "./edit.js";


/** By what key comes which format: Ctrl or ⌘, and Shift where it says so. */
const keys = {
  bold: { code: "KeyB" },
  italic: { code: "KeyI" },
  strike: { code: "KeyX", shift: true },
  code: { code: "KeyE" },
  block: { code: "KeyE", shift: true },
  link: { code: "KeyK", shift: true },
  numbers: { code: "Digit7", shift: true },
  list: { code: "Digit8", shift: true },
  quote: { code: "Digit9", shift: true },
};

/** The buttons that format what is written, one stop of the Tab key, and the same by keys. */
export class Toolbar {
  #element;
  #field;

  /** field: the textarea. */
  constructor(element, field) {
    this.#element = element;
    this.#field = field;
    for (const [i, button] of this.#buttons.entries()) {
      button.tabIndex = i === 0 ? 0 : -1;
      button.title = `${button.getAttribute("aria-label")} (${keyName(spoken(keys[button.dataset.format]))})`;
      button.setAttribute("aria-keyshortcuts", ariaKey(keys[button.dataset.format]));
      button.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      button.addEventListener("click", () => this.#act(button.dataset.format));
    }
    element.addEventListener("keydown", (event) => this.#move(event));
    field.addEventListener("keydown", (event) => this.#key(event));
  }

  get #buttons() {
    return [...this.#element.querySelectorAll("button")];
  }

  #act(kind) {
    const { value, selectionStart, selectionEnd } = this.#field;
    edit(this.#field, format(kind, value, selectionStart, selectionEnd));
  }

  #key(event) {
    const { code, ctrlKey, metaKey, shiftKey, altKey, isComposing } = event;
    if (isComposing || altKey || ctrlKey === metaKey) return;
    const [kind] = Object.entries(keys).find(([, key]) => key.code === code && Boolean(key.shift) === shiftKey) ?? [];
    if (!kind) return;
    event.preventDefault();
    this.#act(kind);
  }

  #move(event) {
    const all = this.#buttons;
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    for (const button of all) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  }
}

function ariaKey({ code, shift }) {
  return `${isMac ? "Meta" : "Control"}+${shift ? "Shift+" : ""}${code.at(-1)}`;
}

function spoken({ code, shift }) {
  return ["Mod", ...(shift ? ["Shift"] : []), code.at(-1)];
}
