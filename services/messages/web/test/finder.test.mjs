import assert from "node:assert/strict";
import { test } from "node:test";
import { Finder } from "../static/js/model/finder.js";

const ids = ({ messages }) => messages.map(({ id }) => id);

test("pages follow one another", async () => {
  const asked = [];
  const finder = new Finder(async (query, before) => {
    asked.push([query, before]);
    return before ? { messages: [{ id: 1 }], more: false } : { messages: [{ id: 2 }], more: true, next: "p2" };
  });
  await finder.first("x");
  await Promise.all([finder.further(), finder.further()]);
  await finder.further();
  assert.deepEqual(asked, [["x", undefined], ["x", "p2"]]);
  assert.deepEqual(ids(finder), [2, 1]);
});

test("an answer that comes late is not taken for that of the next query", async () => {
  const answers = {};
  const finder = new Finder((query) => new Promise((resolve) => (answers[query] = resolve)));
  const both = [finder.first("a"), finder.first("ab")];
  answers.ab({ messages: [{ id: 2 }], more: false });
  answers.a({ messages: [{ id: 1 }], more: true });
  await Promise.all(both);
  assert.deepEqual([ids(finder), finder.state, finder.asked], [[2], "idle", "ab"]);
});

test("what failed says why, and is tried again", async () => {
  let fails = true;
  const finder = new Finder(async () => {
    if (fails) throw Object.assign(new Error("The query is too long."), { status: 422 });
    return { messages: [{ id: 1 }], more: false };
  });
  await finder.first("x");
  assert.deepEqual([finder.state, finder.problem], ["failed", "The query is too long."]);
  fails = false;
  await finder.again();
  assert.deepEqual([finder.state, ids(finder)], ["idle", [1]]);
});
