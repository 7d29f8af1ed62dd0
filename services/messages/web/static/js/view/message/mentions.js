import { isCalled } from "../../model/called.js";

/** Marks the mentions in a formatted body that are of the reader, by name or in a group. */
export function markMentions(body, me) {
  for (const mention of body.querySelectorAll("[data-mention]")) {
    mention.toggleAttribute("data-me", isCalled([mention.dataset.mention], me));
  }
}
