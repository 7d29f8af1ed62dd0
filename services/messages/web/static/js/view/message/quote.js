import { withoutTurns } from "../../model/bidi.js";
import { faces } from "../../model/faces.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";

const longest = 140;
const block = /<\/?(?:p|br|li|td|th|pre|blockquote|h[1-6])\b[^>]*>/g; // its end is the end of a word

/**
 * What a message answers, with a link back. answered: that message if it is loaded.
 *
 * @param {{room: string, reply_to?: number}} message
 * @param {import("../../model/types.js").Message=} answered
 */
export function quote({ room, reply_to: id }, answered) {
  if (!id) return nothing;
  return html`<a class="quote" href="/chat/${room}/${id}">${answered
    ? html`<span class="quote-author" dir="auto">${faces.name(answered.username)}</span> <span class="quote-text" dir="auto">${excerpt(answered)}</span>`
    : "An earlier message"}</a>`;
}

/**
 * The beginning of a message, on one line, without its formatting.
 *
 * @param {{body: string, html?: string, deleted?: boolean}} message
 */
export function excerpt({ body, html: markup, deleted }) {
  if (deleted) return "This message was deleted";
  const text = markup ? words(markup) : body;
  const line = [...withoutTurns(text).trim().replace(/\s+/g, " ")];
  return line.length > longest ? `${line.slice(0, longest).join("")}…` : line.join("");
}

function words(markup) {
  return new DOMParser().parseFromString(markup.replace(block, " "), "text/html").body.textContent ?? "";
}
