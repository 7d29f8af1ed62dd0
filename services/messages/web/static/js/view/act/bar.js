import { html, render } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../icon.js";

/**
 * The bar of what can be done with the message that is pointed at, or has the focus. There is one, that goes from message
 * to message; its buttons say in data-act what they do.
 */
export class Bar {
  #element = document.createElement("div");

  constructor() {
    this.#element.className = "bar";
    this.#element.setAttribute("role", "group");
    this.#element.setAttribute("aria-label", "Message actions");
  }

  /** Onto a message's article. may: its rights. */
  show(article, may, favourites) {
    render(may.react ? html`${favourites.slice(0, 3).map((emoji) => html`<button class="bar-button bar-emoji" type="button" data-emoji=${emoji} title="React with ${emoji}"
      aria-label="React with ${emoji}">${emoji}</button>`)}${button("react", "Add a reaction", "react")}${button("reply", "Reply", "reply")}${more()}` : more(), this.#element);
    article.querySelector(".message-row").append(this.#element);
  }

  hide() {
    this.#element.remove();
  }

  get article() {
    return this.#element.closest(".message");
  }

  get holdsFocus() {
    return this.#element.contains(document.activeElement);
  }
}

function button(act, label, picture) {
  return html`<button class="bar-button" type="button" data-act=${act} title=${label} aria-label=${label}>${icon(picture)}</button>`;
}

function more() {
  return html`<button class="bar-button" type="button" data-act="menu" title="More" aria-label="More actions" aria-haspopup="menu">${icon("dots")}</button>`;
}
