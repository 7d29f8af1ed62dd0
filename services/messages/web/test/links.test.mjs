import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { links } from "../static/js/model/links.js";

const cases = JSON.parse(readFileSync(new URL("links.json", import.meta.url))); // the server's test reads it too

for (const { body, links: want } of cases) {
  test(`links in ${JSON.stringify(body)}`, () => {
    const pieces = links(body);
    assert.deepEqual(pieces.filter((piece) => piece.href).map((piece) => piece.href), want);
    assert.equal(pieces.map((piece) => piece.text).join(""), body);
  });
}
