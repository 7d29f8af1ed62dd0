import assert from "node:assert/strict";
import { test } from "node:test";
import { handleOf } from "../static/js/model/handle.js";

test("a handle is made of a title", () => {
  for (const [title, handle] of [
    ["Book club", "book-club"],
    ["  Café & Crème!  ", "cafe-creme"],
    ["Q3 / 2026", "q3-2026"],
    ["_private_", "private"],
    ["日本", ""],
    ["x".repeat(120), "x".repeat(100)],
    [`${"x".repeat(99)} y`, "x".repeat(99)],
  ]) {
    assert.equal(handleOf(title), handle, title);
  }
});
