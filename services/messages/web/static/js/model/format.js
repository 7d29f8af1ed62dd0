/*
 * What the buttons above a message do to its text. Each takes the text and what is selected, and returns the edit:
 * {from, to, insert, select: [start, end]}: text[from:to] becomes insert, and then this is selected.
 */

const marks = { bold: "**", italic: "_", strike: "~~", code: "`" };
const lines = { quote: () => "> ", list: () => "- ", numbers: (/** @type {number} */ i) => `${i + 1}. ` };
const begins = { quote: /^> ?/, list: /^[-*+] /, numbers: /^\d+[.)] / };

/**
 * @typedef {{from: number, to: number, insert: string, select: number[]}} Edit select is where the selection begins and ends
 *
 * @param {string} kind
 * @returns {Edit}
 */
export function format(kind, text, start, end) {
  if (kind in marks) return mark(text, start, end, marks[kind]);
  if (kind in lines) return prefix(text, start, end, kind);
  if (kind === "block") return block(text, start, end);
  return link(text, start, end);
}

/** Puts marks around what is selected, or takes them off. White space at its ends stays outside. */
function mark(text, start, end, sign) {
  [start, end] = tight(text, start, end);
  const size = sign.length;
  const inner = text.slice(start, end);
  if (endsWith(text, start, sign) && beginsWith(text, end, sign)) {
    return { from: start - size, to: end + size, insert: inner, select: [start - size, end - size] };
  }
  if (inner.length >= 2 * size && inner.startsWith(sign) && inner.endsWith(sign)) {
    const bare = inner.slice(size, -size);
    return { from: start, to: end, insert: bare, select: [start, start + bare.length] };
  }
  return { from: start, to: end, insert: sign + inner + sign, select: [start + size, end + size] };
}

function endsWith(text, at, sign) {
  return text.slice(0, at).endsWith(sign);
}

function beginsWith(text, at, sign) {
  return text.startsWith(sign, at);
}

/** Puts something before each line that the selection touches, or takes it off. */
function prefix(text, start, end, kind) {
  const [from, to] = wholeLines(text, start, end);
  const all = text.slice(from, to).split("\n");
  const has = all.every((line) => begins[kind].test(line));
  const bare = all.map((line) => line.replace(begins[kind], ""));
  const insert = (has ? bare : bare.map((line, i) => lines[kind](i) + line)).join("\n");
  const select = start === end ? from + insert.length : from;
  return { from, to, insert, select: [select, from + insert.length] };
}

/** A block of code, with lines of its own. */
function block(text, start, end) {
  const inner = text.slice(start, end).replace(/^\n+|\n+$/g, "");
  const fence = fenceFor(inner);
  const before = start > 0 && text[start - 1] !== "\n" ? "\n" : "";
  const after = end < text.length && text[end] !== "\n" ? "\n" : "";
  const caret = start + before.length + fence.length + 1;
  return { from: start, to: end, insert: `${before}${fence}\n${inner}\n${fence}${after}`, select: [caret, caret + inner.length] };
}

/** A link to what is selected, if that is an address; else what is selected is its text, and the address is to be written. */
function link(text, start, end) {
  [start, end] = tight(text, start, end);
  const inner = text.slice(start, end);
  if (isAddress(inner)) return { from: start, to: end, insert: `[](${inner})`, select: [start + 1, start + 1] };
  const at = start + inner.length + 3;
  return { from: start, to: end, insert: `[${inner}](https://)`, select: [at, at + "https://".length] };
}

/** What is selected becomes a link to an address that is pasted over it. */
export function linkTo(address, text, start, end) {
  const insert = `[${text.slice(start, end)}](${address})`;
  return { from: start, to: end, insert, select: [start + insert.length, start + insert.length] };
}

export function isAddress(text) {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}

/** A fence that does not occur in the code. */
export function fenceFor(code) {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(longest + 1);
}

function tight(text, start, end) {
  while (start < end && /\s/.test(text[start])) start++;
  while (end > start && /\s/.test(text[end - 1])) end--;
  return [start, end];
}

function wholeLines(text, start, end) {
  const next = text.indexOf("\n", end);
  return [start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1, next < 0 ? text.length : next];
}
