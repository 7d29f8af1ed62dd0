const address = /\bhttps?:\/\/[^\s<>"\u202a-\u202e\u2066-\u2069]+/gi;

/**
 * Cuts a body into pieces, {text} or {text, href}, as links.go does; both are held to test/links.json.
 * Only http and https ever become links.
 */
export function links(body) {
  const pieces = [];
  let done = 0;
  for (const { 0: found, index } of body.matchAll(address)) {
    const text = trim(found);
    if (!hasHost(text)) continue;
    if (index > done) pieces.push({ text: body.slice(done, index) });
    pieces.push({ text, href: text });
    done = index + text.length;
  }
  if (done < body.length) pieces.push({ text: body.slice(done) });
  return pieces;
}

/** Takes off what belongs to the sentence: punctuation, and a bracket that was not opened inside. */
function trim(text) {
  for (;;) {
    let cut = text.replace(/[.,;:!?'*_~]+$/, "");
    for (const [open, close] of ["()", "[]", "{}"]) {
      if (cut.endsWith(close) && count(cut, close) > count(cut, open)) cut = cut.slice(0, -1);
    }
    if (cut === text) return text;
    text = cut;
  }
}

function count(text, character) {
  return text.split(character).length - 1;
}

function hasHost(text) {
  return /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text);
}
