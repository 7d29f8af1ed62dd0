/**
 * How well a text fits what was typed: less is better; null: not at all. From the beginning, from the beginning of a word,
 * in the middle, letter by letter.
 *
 * @param {string} query folded
 * @returns {number | null}
 */
export function match(query, text) {
  if (!query) return 0;
  const folded = fold(text);
  const at = folded.indexOf(query);
  if (at === 0) return folded.length === query.length ? 0 : 1;
  if (at > 0) return startsWord(folded, at) || wordIn(folded, query) ? 2 : 3;
  return scattered(query, folded);
}

/** The best of several. */
export function best(query, texts) {
  const all = texts.map((text) => match(query, text)).filter((score) => score !== null);
  return all.length > 0 ? Math.min(...all) : null;
}

/** Those that fit, the best first; of equals the first first. textsOf(one): what may be typed for it. */
export function ranked(query, all, textsOf) {
  const folded = fold(query);
  return all
    .map((one, i) => ({ one, i, score: best(folded, textsOf(one)) }))
    .filter(({ score }) => score !== null)
    .sort((a, b) => a.score - b.score || a.i - b.i)
    .map(({ one }) => one);
}

/** Without case and accents. */
export function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function startsWord(text, at) {
  return !/[\p{L}\p{N}]/u.test(text[at - 1]);
}

function wordIn(text, query) {
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + 1)) if (at > 0 && startsWord(text, at)) return true;
  return false;
}

/** Each letter after the one before it: 4, and more for each gap. */
function scattered(query, text) {
  let at = -1;
  let gaps = 0;
  for (const letter of query) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (next > at + 1) gaps++;
    at = next;
  }
  return query.length > 1 && gaps <= query.length ? 4 + gaps : null;
}
