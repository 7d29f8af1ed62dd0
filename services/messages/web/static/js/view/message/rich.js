import { offerCopies } from "./codecopy.js";
import { leadInside } from "./inside.js";
import { markMentions } from "./mentions.js";

/** A formatted body. It is the server's: rendered and sanitised by core/markup, never by a page. */
export function rich(markup, me) {
  const body = document.createElement("div");
  body.className = "body markup";
  body.dir = "auto";
  body.innerHTML = markup;
  markMentions(body, me);
  offerCopies(body);
  leadInside(body);
  return body;
}
