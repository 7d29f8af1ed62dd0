import assert from "node:assert/strict";
import { test } from "node:test";
import { shortcodeAt, tokenAt } from "../static/js/model/token.js";

test("what can be completed is found at the end", () => {
  for (const [text, sign, query, from] of [
    ["@", "@", "", 0], ["hi @Bo", "@", "bo", 3], ["(@a.b-c", "@", "a.b-c", 1], ["**@bo", "@", "bo", 2], ["> @é", "@", "é", 2],
    [":ta", ":", "ta", 0], ["so :+1", ":", "+1", 3], ["🎉:ta", ":", "ta", 2],
    ["#ge", "#", "ge", 0], ["in #a-b", "#", "a-b", 3],
    ["```\nx\n```\n@b", "@", "b", 10], ["`x` @b", "@", "b", 4],
  ]) assert.deepEqual(tokenAt(text), { sign, query, from }, text);
});

test("nothing else is", () => {
  for (const text of ["", "a", "me@example", "10:30", ":-", ":a", "a:bc", "https://x", "#", "# ", "a#b", "@bob ", "`@b", "```\n@b", "~~~\n:ta", "@@"]) {
    assert.equal(tokenAt(text), null, text);
  }
});

test("a whole shortcode", () => {
  assert.deepEqual(shortcodeAt("so :tada:"), { name: "tada", from: 3 });
  assert.deepEqual(shortcodeAt(":+1:"), { name: "+1", from: 0 });
  for (const text of ["a:tada:", "::", ":t:", "10:20:", "`:tada:", ":ta da:"]) assert.equal(shortcodeAt(text), null, text);
});
