import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../icon.js";
import { openBeside } from "./place.js";

/** The menu of everything that can be done with a message: a popover, on a phone at the foot of the screen. */
export class ActMenu {
  #element;
  #on;
  #back = null; // what had the focus

  /** on(act, emoji) is told what was chosen. */
  constructor(on) {
    this.#on = on;
    this.#element = document.createElement("div");
    this.#element.className = "act-menu";
    this.#element.id = "act-menu";
    this.#element.popover = "manual"; // one that closes by itself would, when the finger is lifted
    this.#element.setAttribute("role", "menu");
    this.#element.setAttribute("aria-label", "Message actions");
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    this.#element.addEventListener("click", (event) => this.#click(event));
    (document.querySelector("main") ?? document.body).append(this.#element); // within a landmark
    document.addEventListener("pointerdown", ({ target }) => this.open && !this.#element.contains(/** @type {Node} */ (target)) && this.#close(), { capture: true });
    addEventListener("resize", () => this.open && this.#close());
  }

  get open() {
    return this.#element.matches(":popover-open");
  }

  /** For a message: may are its rights; box is where it opens; back gets the focus again. */
  show({ may, pinned, favourites, box, back }) {
    this.#back = back;
    const emojis = html`<div class="act-emojis" role="group" aria-label="React">${favourites.map((emoji) => html`<button class="act-emoji" type="button" role="menuitem" tabindex="-1"
      data-emoji=${emoji} aria-label="React with ${emoji}">${emoji}</button>`)}<button class="act-emoji" type="button" role="menuitem" tabindex="-1" data-act="react" aria-label="Another reaction">${icon("react")}</button></div>`;
    render(html`${may.react ? emojis : nothing}${may.reply ? item("reply", "Reply", "reply", "R") : nothing}${may.edit ? item("edit", "Edit", "edit", "E") : nothing}${
      may.pin ? item("pin", pinned ? "Unpin" : "Pin to the room", "pin", "P") : nothing}${may.unread ? item("unread", "Mark unread from here", "unread", "U") : nothing}${item("link", "Copy link", "link")}${item("copy", "Copy text", "copy")}${may.remove ? item("remove", "Delete", "trash", "Del") : nothing}`, this.#element);
    openBeside(this.#element, box);
    this.#items[may.react ? this.#items.findIndex(({ dataset }) => dataset.act === "reply") : 0]?.focus();
  }

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.#element.querySelectorAll("[role=menuitem]")]);
  }

  #key(event) {
    const items = this.#items;
    const at = items.indexOf(event.target);
    const last = items.length - 1;
    const steps = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: last };
    if (event.key in steps) {
      event.preventDefault();
      items[(steps[event.key] + items.length) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      this.#close();
    }
  }

  #click(event) {
    const chosen = event.target.closest("[data-act], [data-emoji]");
    if (!chosen) return;
    this.#close();
    this.#on(chosen.dataset.act ?? "emoji", chosen.dataset.emoji);
  }

  #close() {
    this.#element.hidePopover();
    this.#back?.focus({ preventScroll: true });
  }
}

function item(act, label, picture, key = "") {
  return html`<button class="menu-item act-item" type="button" role="menuitem" tabindex="-1" data-act=${act} ?data-danger=${act === "remove"}>${icon(picture)}<span>${label}</span>${
    key ? html`<kbd aria-hidden="true">${key}</kbd>` : nothing}</button>`;
}
