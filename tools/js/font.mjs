// Writes the font that every page fetches: Figtree's letters, digits and marks of plain English, in the weights that are
// used. What else is written is in figtree-latin.woff2, which a browser fetches for it: css/fonts.css.
//
//   npm install --no-save subset-font@2.9.0
//   cd ../../services/messages/web/static/fonts && node …/font.mjs figtree-latin.woff2 > figtree-basic.woff2
import { readFileSync } from "node:fs";
import subset from "subset-font";

const ascii = String.fromCharCode(...Array.from({ length: 0x7f - 0x20 }, (_, i) => 0x20 + i));

process.stdout.write(await subset(readFileSync(process.argv[2]), `${ascii}\u{a0}·–—‘’“”…`, {
  targetFormat: "woff2",
  keepFeatures: ["kern", "tnum", "rvrn"],
  noHinting: true,
  variationAxes: { wght: { min: 400, max: 700 } },
}));
