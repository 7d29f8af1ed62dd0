import assert from "node:assert/strict";
import { test } from "node:test";
import { fenceFor, format, isAddress, linkTo } from "../static/js/model/format.js";

/** "a [b] c" is the text with b selected; | is the caret. */
function after(kind, marked, apply = format) {
  const caret = marked.indexOf("|");
  const start = caret >= 0 ? caret : marked.indexOf("{");
  const end = caret >= 0 ? caret : marked.indexOf("}") - 1;
  const text = marked.replace(/[{}|]/g, "");
  const { from, to, insert, select: [a, b] } = apply(kind, text, start, end);
  const now = text.slice(0, from) + insert + text.slice(to);
  return a === b ? `${now.slice(0, a)}|${now.slice(a)}` : `${now.slice(0, a)}{${now.slice(a, b)}}${now.slice(b)}`;
}

test("marks go around what is selected, and off again", () => {
  for (const [kind, before, want] of [
    ["bold", "a {b} c", "a **{b}** c"],
    ["bold", "a **{b}** c", "a {b} c"],
    ["bold", "a {**b**} c", "a {b} c"],
    ["bold", "a{ b }c", "a **{b}** c"],
    ["bold", "|", "**|**"],
    ["bold", "**|**", "|"],
    ["italic", "{a}", "_{a}_"],
    ["strike", "x {a}", "x ~~{a}~~"],
    ["code", "{a}", "`{a}`"],
  ]) assert.equal(after(kind, before), want, before);
});

test("lines get their signs, and lose them", () => {
  for (const [kind, before, want] of [
    ["quote", "a\n{b\nc}\nd", "a\n{> b\n> c}\nd"],
    ["quote", "{> b\n> c}", "{b\nc}"],
    ["list", "a|", "- a|"],
    ["list", "|", "- |"],
    ["list", "- a|", "a|"],
    ["numbers", "{a\nb}", "{1. a\n2. b}"],
    ["numbers", "{1. a\n2. b}", "{a\nb}"],
  ]) assert.equal(after(kind, before), want, before);
});

test("code gets a fence that it does not have in it, on lines of its own", () => {
  assert.equal(after("block", "see |"), "see \n```\n|\n```");
  assert.equal(after("block", "{a\nb}"), "```\n{a\nb}\n```");
  assert.equal(after("block", "x\n{a}\ny"), "x\n```\n{a}\n```\ny");
  assert.equal(after("block", "x{a}y"), "x\n```\n{a}\n```\ny");
  assert.equal(fenceFor("a ``` b"), "````");
});

test("links", () => {
  assert.equal(after("link", "see {this}"), "see [this]({https://})");
  assert.equal(after("link", "{https://x.example/a}"), "[|](https://x.example/a)");
  assert.equal(after("https://x.example", "see {this} now", linkTo), "see [this](https://x.example)| now");
  assert.ok(isAddress("https://x.example/a?b"));
  for (const text of ["x.example", "https://", "https://x.example and more", "javascript:alert(1)"]) assert.ok(!isAddress(text), text);
});

test("whatever is selected, an edit stays within the text", () => {
  const kinds = ["bold", "italic", "strike", "code", "quote", "list", "numbers", "block", "link"];
  const texts = ["", " ", "a", "**", "a\n\nb", "> x\n- y", "` `` ```", "\n"];
  for (const kind of kinds) for (const text of texts) {
    for (let start = 0; start <= text.length; start++) for (let end = start; end <= text.length; end++) {
      const { from, to, insert, select: [a, b] } = format(kind, text, start, end);
      const now = text.slice(0, from) + insert + text.slice(to);
      assert.ok(0 <= from && from <= to && to <= text.length && 0 <= a && a <= b && b <= now.length, `${kind} ${JSON.stringify(text)} ${start} ${end}`);
    }
  }
});
