import { html, nothing } from "../../vendor/lit-html/lit-html.js";

/* What stands above the messages of a room, or in their place; as room.html writes it. */

export function loading() {
  return html`<div class="older" id="older"><span class="spinner" aria-hidden="true"></span>Loading older messages…</div>`;
}

export function failed(again) {
  return html`<div class="older" id="older-failed">Older messages could not be loaded. <button class="button-text" type="button" @click=${
    again}>Try again</button></div>`;
}

const expired = "messages are kept for a limited time here.";

export function beginning({ kind, label, floor }) {
  return html`<div class="beginning" id="beginning"><h2 dir="auto">${kind === "direct" ? nothing : "#"}${label}</h2><p>${
    floor ? `What was said before has expired: ${expired}` : "This is where the conversation begins."}</p></div>`;
}

export function nothingSaid(room) {
  return html`<div class="empty" id="empty"><svg viewBox="0 0 120 84" aria-hidden="true"><path class="empty-bubble" d="M48 4h52a16 16 0 0 1 16 16v18a16 16 0 0 1-16 16H48a16 16 0 0 1-16-16V20A16 16 0 0 1 48 4z"/><path class="empty-bubble-front" d="M20 28h46a16 16 0 0 1 16 16v16a16 16 0 0 1-16 16H10a6 6 0 0 1-6-6V44a16 16 0 0 1 16-16z"/><circle class="empty-dot" cx="29" cy="52" r="4"/><circle class="empty-dot" cx="43" cy="52" r="4"/><circle class="empty-dot" cx="57" cy="52" r="4"/></svg>${
    words(room)}</div>`;
}

function words({ kind, label, archived, floor }) {
  const name = html`<span dir="auto">${label}</span>`;
  if (floor) return html`<h2>Nothing is left in ${name}</h2><p>All that was said has expired: ${expired}</p>`;
  if (kind === "direct") return html`<h2>Only you and ${name}</h2><p>What is said here stays between you. Nobody else can find or read it.</p>`;
  const readers = kind === "private" ? "Only those who are in this room will see it." : "Everybody who opens this room will see it.";
  return html`<h2>Nothing said yet in ${name}</h2><p>${archived ? "It was archived before anybody did." : `Say the first word. ${readers}`}</p>`;
}
