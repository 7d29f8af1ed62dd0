/*
 * Characters that turn the text around them (Unicode, annex 9). An override makes exe.png of gnp.exe, so it is always shown;
 * an embedding or isolate is left alone where it ends in its own line, as the keyboards of some languages write them.
 */
const controls = /[\u202a-\u202e\u2066-\u2069]/;
const overrides = "\u202d\u202e";
const embeddings = "\u202a\u202b\u202d\u202e";
const isolates = "\u2066\u2067\u2068";
const pop = "\u202c";
const popIsolate = "\u2069";

/** Cuts text into {text} and {mark}, the name of a character that must not have its way, as bidi.go does: test/bidi.json. */
export function bidi(text) {
  if (!controls.test(text)) return [{ text }];
  const shown = misled(text);
  const pieces = [];
  let plain = "";
  [...text].forEach((character, i) => {
    if (!shown.has(i)) {
      plain += character;
      return;
    }
    if (plain) pieces.push({ text: plain });
    plain = "";
    pieces.push({ mark: nameOf(character) });
  });
  if (plain) pieces.push({ text: plain });
  return pieces;
}

/** Text without such characters: for a line of an excerpt, in which there is no room to show them. */
export function withoutTurns(text) {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

/** The places of those that are shown: overrides and their ends, and what is not closed within its line. */
function misled(text) {
  const shown = new Set();
  let open = [];
  const give = () => {
    for (const { i } of open) shown.add(i);
    open = [];
  };
  [...text].forEach((character, i) => {
    if (character === "\n") give();
    else if (embeddings.includes(character) || isolates.includes(character)) open.push({ i, character });
    else if (character === pop || character === popIsolate) close(open, character, i, shown);
  });
  give();
  return shown;
}

function close(open, character, i, shown) {
  const opener = open.at(-1);
  const fits = opener && (character === popIsolate ? isolates : embeddings).includes(opener.character);
  if (fits) open.pop();
  if (!fits || overrides.includes(opener.character)) shown.add(i);
  if (fits && overrides.includes(opener.character)) shown.add(opener.i);
}

function nameOf(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase()}`;
}
