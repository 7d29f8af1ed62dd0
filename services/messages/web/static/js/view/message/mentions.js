const groups = ["@room", "@here"];

/** Marks the mentions in a formatted body that are of the reader, by name or in a group. */
export function markMentions(body, me) {
  for (const mention of body.querySelectorAll("[data-mention]")) {
    const { mention: name } = mention.dataset;
    mention.toggleAttribute("data-me", name === me || groups.includes(name));
  }
}
