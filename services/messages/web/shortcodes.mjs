// Writes static/data/shortcodes.json: every emoji with the names that GitHub and Slack have for it, [emoji, "name name"].
//
//   npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz
//   node shortcodes.mjs package/en > static/data/shortcodes.json
import { readFileSync } from "node:fs";

const read = (name) => JSON.parse(readFileSync(`${process.argv[2]}/${name}.json`, "utf8"));
const sets = ["github", "iamcal"].map((name) => read(`shortcodes/${name}`));
const textByDefault = 0;
const components = 2; // the group of skin tones by themselves; letters of flags have no group

/** As core/emoji/generate.mjs does. */
function qualified({ hexcode, type }) {
  const points = hexcode.split("-").map((point) => Number.parseInt(point, 16));
  if (points.length === 1 && type === textByDefault) points.push(0xfe0f);
  return String.fromCodePoint(...points);
}

const emojis = read("data").filter(({ group }) => group !== undefined && group !== components);
const rows = emojis
  .sort((a, b) => a.order - b.order)
  .map((emoji) => [qualified(emoji), [...new Set(sets.flatMap((set) => set[emoji.hexcode] ?? []))].join(" ")]);
console.log(JSON.stringify(rows.filter(([, names]) => names)));
