import assert from "node:assert/strict";
import test from "node:test";
import { arrange } from "../static/js/model/arrange.js";

const at = (minute) => new Date(2026, 10, 22, 12, minute).toISOString();
const said = (id, username, minute, more = {}) => ({ id, username, created_at: at(minute), ...more });
const dayOf = () => "a day";
const messages = [said(1, "bob", 0), said(2, "bob", 1), said(4, "bob", 2), said(5, "ada", 3)];
const look = (history, unreadFrom) => arrange(history, { unreadFrom, dayOf }).map(({ day, unread, continued }) => `${day && "day "}${unread ? "new " : ""}${continued ? "on" : ""}`);

test("days and groups", () => {
  assert.deepEqual(look({ messages, hasOlder: false }, null), ["day ", "on", "on", ""]);
});

test("the unread begins a group", () => {
  assert.deepEqual(look({ messages, hasOlder: true }, 3), ["day ", "on", "new ", ""]);
});

test("where the unread begins above what is loaded there is no mark", () => {
  assert.deepEqual(look({ messages, hasOlder: true }, 1), ["day ", "on", "on", ""]);
  assert.deepEqual(look({ messages, hasOlder: false }, 1), ["day new ", "on", "on", ""]);
});

test("an answer to something does not go on", () => {
  assert.deepEqual(look({ messages: [said(1, "bob", 0), said(2, "bob", 1, { reply_to: 1 })], hasOlder: false }, null), ["day ", ""]);
});
