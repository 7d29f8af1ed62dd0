import { html } from "../../vendor/lit-html/lit-html.js";

/** In the place of a message that is about to be deleted. */
export function leaving() {
  return html`<div class="body tombstone">Deleted. <button class="button-text" type="button" data-act="undo">Undo</button></div>`;
}

/** What could not be done to a message. */
export function problem({ text }) {
  return html`<div class="act-problem" role="alert">${text} <button class="button-text" type="button" data-act="again">Try again</button> <button
    class="button-text" type="button" data-act="dismiss">Dismiss</button></div>`;
}
