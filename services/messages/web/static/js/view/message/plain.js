import { html } from "../../vendor/lit-html/lit-html.js";
import { pieces } from "../../model/pieces.js";

/** Text as it was typed: addresses are links, and marks that turn the text around are shown. */
export function plain(text) {
  return pieces(text).map(({ text: part, href, mark }) => {
    if (mark) return html`<span class="mark" title="A character that changes the direction of text">${mark}</span>`;
    if (href) return html`<a href=${href} target="_blank" rel="noopener noreferrer">${part}</a>`;
    return part;
  });
}
