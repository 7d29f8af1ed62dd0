import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { bidi, withoutTurns } from "../static/js/model/bidi.js";
import { pieces } from "../static/js/model/pieces.js";

const cases = JSON.parse(readFileSync(new URL("./bidi.json", import.meta.url), "utf8"));

for (const { text, shown } of cases) {
  test(`what turns text around, in ${JSON.stringify(text)}`, () => assert.deepEqual(bidi(text), shown));
}

test("links and marks in one body", () => {
  assert.deepEqual(pieces("see https://a.example \u202egnp"), [
    { text: "see " },
    { text: "https://a.example", href: "https://a.example" },
    { text: " " },
    { mark: "U+202E" },
    { text: "gnp" },
  ]);
});

test("an excerpt has none of them", () => assert.equal(withoutTurns("\u2066a\u2069\u202egnp.exe"), "agnp.exe"));
