// Writes emoji.txt: every emoji that Unicode recommends for interchange (RGI), fully qualified, one a line.
//
//   npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz && node generate.mjs package/en/data.json > emoji.txt
import { readFileSync } from "node:fs";

const emojis = JSON.parse(readFileSync(process.argv[2], "utf8"));
const textByDefault = 0;
const components = 2; // the group of skin tones by themselves; letters of flags have no group

/** A single character that is text by default needs U+FE0F; in sequences the code has it where it belongs. */
function qualified({ hexcode, type }) {
  const points = hexcode.split("-").map((point) => parseInt(point, 16));
  if (points.length === 1 && type === textByDefault) points.push(0xfe0f);
  return String.fromCodePoint(...points);
}

for (const emoji of emojis) {
  if (emoji.group === undefined || emoji.group === components) continue;
  for (const one of [emoji, ...(emoji.skins ?? [])]) console.log(qualified(one));
}
