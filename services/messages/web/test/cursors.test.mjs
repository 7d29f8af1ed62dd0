import assert from "node:assert/strict";
import test from "node:test";
import { Cursors } from "../static/js/model/cursors.js";

test("cursors go on, never back, but for a reset", () => {
  const cursors = new Cursors();
  cursors.add("general", 42);
  cursors.add("random", 7);
  cursors.advance("general", 43);
  cursors.advance("general", 40);
  assert.equal(`${cursors}`, "general:43,random:7");
  cursors.reset("general", 5);
  assert.equal(`${cursors}`, "general:5,random:7");
  cursors.advance("unknown", 3);
  cursors.drop("random");
  assert.equal(`${cursors}`, "general:5");
});

test("a room of which nothing is known starts at its head", () => {
  const cursors = new Cursors();
  cursors.add("new", undefined);
  cursors.add("empty", 0);
  assert.equal(`${cursors}`, "new,empty:0");
});

test("a stream has room for a hundred, the open one first", () => {
  const cursors = new Cursors();
  cursors.add("zebra", 1);
  for (let i = 0; i < 150; i++) cursors.add(`room-${i}`, i);
  assert.equal(cursors.rooms.length, 100);
  assert.equal(cursors.rooms[0], "zebra");
  assert.equal(`${cursors}`.split(",").length, 100);
});
