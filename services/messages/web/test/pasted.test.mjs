import assert from "node:assert/strict";
import { test } from "node:test";
import { blockOf, inFence, onOwnLines, tableOf } from "../static/js/model/pasted.js";

test("rows become a table", () => {
  assert.equal(tableOf([["a", "b"], ["1", "x | y"], ["two\nlines"]]), "| a | b |\n| --- | --- |\n| 1 | x \\| y |\n| two lines |  |");
  assert.equal(tableOf([["alone"], ["below"]]), "");
  assert.equal(tableOf([]), "");
  assert.equal(tableOf(Array.from({ length: 500 }, () => ["a", "b"])), "");
});

test("code keeps its lines, in a fence that holds it", () => {
  assert.equal(blockOf("\n  a\r\n  b\n\n", "go"), "```go\n  a\n  b\n```");
  assert.equal(blockOf("```\nx\n```", "not a language"), "````\n```\nx\n```\n````");
});

test("a fence is open until one ends it", () => {
  for (const text of ["```", "```go\nx", "a\n~~~\n```\n", "````\n```\n"]) assert.ok(inFence(text), JSON.stringify(text));
  for (const text of ["", "a ``` b", "```\nx\n```\n", "~~~\n~~~"]) assert.ok(!inFence(text), JSON.stringify(text));
});

test("a block has lines of its own", () => {
  const put = (text, start, end = start) => {
    const { from, to, insert } = onOwnLines("B", text, start, end);
    return text.slice(0, from) + insert + text.slice(to);
  };
  assert.equal(put("", 0), "B\n");
  assert.equal(put("see", 3), "see\nB\n");
  assert.equal(put("a\nb", 2), "a\nB\nb");
  assert.equal(put("a\n\nb", 2), "a\nB\nb");
});
