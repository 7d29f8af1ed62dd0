import { isCalled } from "../../model/called.js";

/** Marks the mentions in formatted text that are of the reader, by name or in a group. */
export function markMentions(root, me) {
  for (const mention of root.querySelectorAll("[data-mention]")) {
    mention.toggleAttribute("data-me", isCalled([mention.dataset.mention], me));
  }
}
