const groups = ["@room", "@here"];

/** Whether somebody is meant: by name, or in a group. mentions: those of a message. */
export function isCalled(mentions, username) {
  return mentions.some((name) => name === username || groups.includes(name));
}
