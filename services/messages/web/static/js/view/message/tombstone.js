import { html } from "../../vendor/lit-html/lit-html.js";

/** In the place of a message that was deleted. */
export function tombstone() {
  return html`<div class="body tombstone">This message was deleted</div>`;
}
