import assert from "node:assert/strict";
import test from "node:test";
import { Frames } from "../static/js/model/frames.js";

const text = [
  "retry: 2741\n\n",
  "event: room.general\nid: general:42\ndata: {\"id\":42}\n\n",
  ": a comment\n\n",
  "event: ping\r\ndata: {}\r\n\r\n",
  "data:first\ndata: second\n\n",
  "event: nothing\n\n",
].join("");

const events = [
  { type: "room.general", data: "{\"id\":42}" },
  { type: "ping", data: "{}" },
  { type: "message", data: "first\nsecond" },
];

test("events are read, whatever the pieces in which they come", () => {
  for (let size = 1; size <= text.length; size++) {
    const frames = new Frames();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...frames.push(text.slice(at, at + size)));
    assert.deepEqual(found, events, `in pieces of ${size}`);
  }
});

test("an event that was not ended is none", () => {
  const frames = new Frames();
  assert.deepEqual(frames.push("event: room.general\ndata: {}\n"), []);
  assert.equal(frames.push("\n").length, 1);
});
