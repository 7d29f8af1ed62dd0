import { withoutTurns } from "../../model/bidi.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";

const longest = 140;

/**
 * What a message answers, with a link back. answered: that message if it is loaded.
 *
 * @param {{room: string, reply_to?: number}} message
 * @param {import("../../model/types.js").Message=} answered
 */
export function quote({ room, reply_to: id }, answered) {
  if (!id) return nothing;
  return html`<a class="quote" href="/chat/${room}/${id}">${answered
    ? html`<span class="quote-author">${answered.username}</span> <span class="quote-text" dir="auto">${excerpt(answered)}</span>`
    : "An earlier message"}</a>`;
}

/**
 * The beginning of a message, on one line.
 *
 * @param {{body: string, deleted?: boolean}} message
 */
export function excerpt({ body, deleted }) {
  if (deleted) return "This message was deleted";
  const line = [...withoutTurns(body).trim().replace(/\s+/g, " ")];
  return line.length > longest ? `${line.slice(0, longest).join("")}…` : line.join("");
}
