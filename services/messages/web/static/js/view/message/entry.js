import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { isBigEmoji } from "../../model/bigemoji.js";
import { row, time } from "./message.js";
import { plain } from "./plain.js";
import { quote } from "./quote.js";

/** A message on its way: it has no id yet. answered: what it answers, if that is loaded. on: {retry(clientId), discard(clientId)}. */
export function entry(one, { room, username, continued, answered, waiting, dates, on }) {
  const { clientId, state, body, at } = one;
  return html`<article class="message" data-client-id=${clientId} data-username=${username} data-state=${state} ?data-continued=${continued}
    >${row(username, html`${quote({ room, reply_to: one.replyTo }, answered)}<div class="body" dir="auto" ?data-big=${isBigEmoji(body)}>${plain(body)}</div><span class="permalink">${time(new Date(at).toISOString(), dates)}</span>${
      delivery(one, waiting, on)}`)}</article>`;
}

function delivery({ clientId, state, reason }, waiting, on) {
  const failed = state === "failed";
  const buttons = html`<button class="button-text delivery-retry" type="button" @click=${() => on.retry(clientId)}>Retry</button><button
    class="button-text delivery-discard" type="button" @click=${() => on.discard(clientId)}>Discard</button>`;
  return html`<div class="delivery"><span class="delivery-text" role=${failed ? "alert" : nothing}>${
    describe(state, reason, waiting)}</span>${failed ? buttons : nothing}</div>`;
}

export function describe(state, reason, waiting) {
  if (state === "failed") return `Not sent. ${reason}`;
  if (state === "sending") return "Sending…";
  return waiting ? "Waiting to be sent" : "Sending…";
}
