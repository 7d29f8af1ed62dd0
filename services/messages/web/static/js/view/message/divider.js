import { html } from "../../vendor/lit-html/lit-html.js";

/** Above the first message of a day. */
export function day(label) {
  return html`<div class="day" role="separator" aria-label=${label}><span>${label}</span></div>`;
}

/** Above the first message that is unread. */
export function unread() {
  return html`<div class="unread" role="separator" aria-label="New messages">New</div>`;
}
