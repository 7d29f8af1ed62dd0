/** The reactions of a message when somebody has reacted with an emoji, or has taken it back, as the server orders them. */
export function reacted(reactions = [], emoji, username, on) {
  const others = (people) => people.filter((name) => name !== username);
  const found = reactions.find((one) => one.emoji === emoji);
  if (on && !found) return [...reactions, { emoji, people: [username] }];
  const changed = reactions.map((one) => {
    if (one !== found || on === one.people.includes(username)) return one;
    return { emoji, people: on ? [...one.people, username] : others(one.people) };
  });
  return changed.filter(({ people }) => people.length > 0);
}

const mostNamed = 20;

/** Who reacted, in words: "you, bob and 3 others". */
export function whoReacted(people, me, nameOf = (username) => username) {
  const names = [...people.filter((name) => name === me).map(() => "you"), ...people.filter((name) => name !== me).map(nameOf)];
  if (names.length <= 1) return names.join("");
  const named = names.slice(0, names.length > mostNamed ? mostNamed : names.length - 1);
  const rest = names.length - named.length;
  return `${named.join(", ")} and ${rest > 1 ? `${rest} others` : names.at(-1)}`;
}

/** ❤ with and without the character that asks for a picture of it is one emoji. */
export function sameEmoji(a, b) {
  return a.replaceAll("\ufe0f", "") === b.replaceAll("\ufe0f", "");
}
