/**
 * What is being typed at the end of a text that can be completed: {sign, query, from}. sign is "@" for people, ":" for emoji
 * and "#" for rooms; from is where the sign stands. null: nothing; in code nothing is completed.
 */
const tokens = [
  { sign: "@", pattern: /(?:^|[\s([{"'*_~>|])@([\p{L}\p{N}_.-]{0,32})$/u },
  { sign: ":", pattern: /(?:^|[\s([{"'*_~>|]|[^ -~\s]):([a-z0-9_+-]{2,40})$/i },
  { sign: "#", pattern: /(?:^|[\s([{"'*_~>|])#([\p{L}\p{N}_-]{1,100})$/u },
];

export function tokenAt(text) {
  for (const { sign, pattern } of tokens) {
    const query = pattern.exec(text)?.[1];
    if (query !== undefined && !inCode(text)) return { sign, query: query.toLowerCase(), from: text.length - query.length - 1 };
  }
  return null;
}

/** ":tada:", whole: {name, from}; null. */
export function shortcodeAt(text) {
  const name = /(?:^|[^a-z0-9:]):([a-z0-9_+-]{2,40}):$/i.exec(text)?.[1];
  return name && !inCode(text) ? { name: name.toLowerCase(), from: text.length - name.length - 2 } : null;
}

function inCode(text) {
  const fences = text.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return !/^ {0,3}```/.test(line) && (line.match(/`+/g)?.length ?? 0) % 2 === 1;
}
