import assert from "node:assert/strict";
import { test } from "node:test";
import { isStarred } from "../static/js/model/starred.js";

test("Slack's bold is known from ours, and from sums and lists", () => {
  for (const text of ["*bold*", "so *very bold*!", "(*a*)", "one\n*two*"]) assert.ok(isStarred(text), text);
  for (const text of ["", "**bold**", "2 * 3 * 4", "* item\n* item", "a*b*c", "*", "**", "`*a*`", "*a"]) assert.ok(!isStarred(text), text);
});
