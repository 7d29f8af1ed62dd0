import assert from "node:assert/strict";
import test from "node:test";

import { isNotable } from "../static/js/model/notable.js";

const now = Date.parse("2026-12-01T12:00:00Z");
const message = { id: 7, revision: 7, room: "tea", username: "bob", body: "hi", created_at: "2026-12-01T11:59:59Z" };
const room = { read: 6, notify: "all", kind: "open" };

for (const [what, change, want] of [
  ["a new message", {}, true],
  ["one's own", { message: { username: "ada" } }, false],
  ["one that was edited", { message: { revision: 8 } }, false],
  ["one that is gone", { message: { deleted: true } }, false],
  ["one in a thread", { message: { thread: 3 } }, false],
  ["one that was read elsewhere", { room: { read: 7 } }, false],
  ["one of a while ago", { message: { created_at: "2026-12-01T11:57:00Z" } }, false],
  ["one that comes live, by whatever clock", { message: { created_at: "2026-12-01T09:00:00Z" }, live: true }, true],
  ["of a silent room", { room: { notify: "none" }, message: { mentions: ["ada"] } }, false],
  ["no mention, where only these count", { room: { notify: "mentions" } }, false],
  ["a mention", { room: { notify: "mentions" }, message: { mentions: ["ada"] } }, true],
  ["a mention of all", { room: { notify: "mentions" }, message: { mentions: ["@room"] } }, true],
  ["a direct one", { room: { notify: "mentions", kind: "direct" } }, true],
]) {
  test(`of ${what} one is ${want ? "" : "not "}notified`, () => {
    const got = isNotable({ ...message, ...change.message }, { ...room, ...change.room }, { me: "ada", live: change.live ?? false, now });
    assert.equal(got, want);
  });
}
