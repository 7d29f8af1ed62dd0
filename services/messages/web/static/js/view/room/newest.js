import { html } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../icon.js";

/** The button that leads down, and says how much is unread there. */
export function newest({ shown, count }, go) {
  return html`<button class="newest" type="button" ?hidden=${!shown} ?data-count=${count > 0} @click=${go}><span class="newest-text">${
    label(count)}</span>${icon("down")}</button>`;
}

function label(count) {
  if (count === 0) return "Newest messages";
  if (count > 99) return "99+ new messages";
  return count === 1 ? "1 new message" : `${count} new messages`;
}
