// Writes the page's emojis: their names and shortcodes, as emoji-picker-element reads them.
//
//   npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz
//   node emoji.mjs package/en > ../../services/messages/web/static/emoji/en.json
import { readFileSync } from "node:fs";

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
const components = 2; // the group of skin tones by themselves; letters of flags have no group
const sets = ["shortcodes/github", "shortcodes/emojibase"].map(read);

const emojis = read("data").filter(({ group }) => group !== undefined && group !== components);
console.log(JSON.stringify(emojis.map(({ emoji, label, hexcode, tags, order, group, version, emoticon, skins }) => ({
  emoji,
  annotation: label,
  shortcodes: [...new Set(sets.flatMap((set) => set[hexcode] ?? []))],
  tags: tags ?? [],
  order,
  group,
  version,
  ...(emoticon && { emoticon: [emoticon].flat().at(-1) }),
  ...(skins && { skins: skins.map(({ emoji: toned, tone, version: since }) => ({ emoji: toned, tone, version: since })) }),
}))));
