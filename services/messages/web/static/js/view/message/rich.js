import { unsafeHTML } from "../../vendor/lit-html/directives/unsafe-html.js";
import { html } from "../../vendor/lit-html/lit-html.js";

/** A formatted body. It is the server's: rendered and sanitised by core/markup, never by a page. */
export function rich(markup) {
  return html`<div class="body rich" dir="auto">${unsafeHTML(markup)}</div>`;
}
