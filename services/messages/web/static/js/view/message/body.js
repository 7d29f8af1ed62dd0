import { html } from "../../vendor/lit-html/lit-html.js";
import { isBigEmoji } from "../../model/bigemoji.js";
import { plain } from "./plain.js";
import { rich } from "./rich.js";
import { tombstone } from "./tombstone.js";

/** What a message says. Nothing but the text is in .body: no white space around it. */
export function body(message, me) {
  if (message.deleted) return tombstone();
  if (message.html) return rich(message.html, me);
  return html`<div class="body" dir="auto" ?data-big=${isBigEmoji(message.body)}>${plain(message.body)}</div>`;
}
