import assert from "node:assert/strict";
import { test } from "node:test";
import { match, ranked } from "../static/js/model/match.js";

test("the beginning fits best, then a word, the middle, letters", () => {
  const scores = ["general", "general-talk", "in general", "degeneral", "g-e-neral"].map((text) => match("general", text));
  assert.deepEqual(scores.slice(0, 4), [0, 1, 2, 3]);
  assert.ok(scores[4] > 3);
  assert.equal(match("xyz", "general"), null);
  assert.equal(match("", "anything"), 0);
  assert.equal(match("z", "size of it"), 3);
  assert.equal(match("gt", "general talk"), 5);
});

test("case and accents do not matter, and equals stay in order", () => {
  assert.deepEqual(ranked("CAF", ["Décaf", "x", "Café b", "Café a"], (text) => [text]), ["Café b", "Café a", "Décaf"]);
});

test("any of several texts will do", () => {
  const people = [{ u: "bob", d: "Robert" }, { u: "rob", d: "Bobby" }];
  assert.deepEqual(ranked("rob", people, ({ u, d }) => [u, d]).map(({ u }) => u), ["rob", "bob"]);
});
