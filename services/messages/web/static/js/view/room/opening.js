import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";

/* What stands in the place of a conversation that is not there yet. */

export function waitingToOpen() {
  return inPlace(html`<div class="empty" role="status"><span class="spinner" aria-hidden="true"></span><p>Opening the room…</p></div>`);
}

export function failedToOpen(error, again) {
  const why = error.status ? error.message : "There is no connection just now.";
  return inPlace(html`<div class="empty" role="alert"><h2>This room could not be opened</h2><p>${why}</p>${
    error.status === 404 ? nothing : html`<button class="button" type="button" @click=${again}>Try again</button>`}</div>`);
}

function inPlace(content) {
  const element = document.createElement("div");
  element.className = "conversation conversation-none";
  render(content, element);
  return element;
}
