import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isBigEmoji } from "../static/js/model/bigemoji.js";

const { big, small } = JSON.parse(readFileSync(new URL("bigemoji.json", import.meta.url), "utf8"));

test("one to three emoji and nothing else are big", () => {
  for (const body of big) assert.equal(isBigEmoji(body), true, JSON.stringify(body));
  for (const body of small) assert.equal(isBigEmoji(body), false, JSON.stringify(body));
});
