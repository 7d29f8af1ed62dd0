import assert from "node:assert/strict";
import test from "node:test";
import { History } from "../static/js/model/history.js";
import { UnreadMark } from "../static/js/model/unreadmark.js";

const said = (id, username = "bob", more = {}) => ({ id, revision: id, username, ...more });

function historyOf(...messages) {
  const history = new History();
  history.join(messages);
  return history;
}

for (const [what, { read = 10, unread = 3, messages }, from] of [
  ["the first of others above what was read", { messages: [said(9), said(11, "ada"), said(12), said(13)] }, 12],
  ["not one that was deleted", { messages: [said(9), said(11, "bob", { deleted: true }), said(12)] }, 12],
  ["not a reply in a thread", { messages: [said(9), said(11, "bob", { thread: 3 }), said(12)] }, 12],
  ["above what is loaded", { messages: [said(40), said(41)] }, 11],
  ["nothing is unread", { unread: 0, messages: [said(9), said(11)] }, null],
  ["it is not known what was read", { read: null, messages: [said(9), said(11)] }, null],
  ["only mine", { messages: [said(9), said(11, "ada")] }, null],
]) {
  test(`where the unread begins: ${what}`, () => {
    const mark = new UnreadMark({ room: { read }, me: "ada" });
    assert.equal(mark.begin(historyOf(...messages), unread), from !== null);
    assert.equal(mark.from, from);
  });
}

test("what was missed begins with the first of it, until it is cleared", () => {
  const mark = new UnreadMark({ room: { read: 10 }, me: "ada" });
  mark.miss([]);
  assert.equal(mark.from, null);
  mark.miss([said(11), said(12)]);
  mark.miss([said(13)]);
  assert.equal(mark.from, 11);
  mark.clear();
  assert.equal(mark.from, null);
});

test("news: said by others, for the first time", () => {
  const mark = new UnreadMark({ room: { read: 10 }, me: "ada" });
  const messages = [said(1), said(2, "ada"), said(3), { ...said(4), revision: 9 }, said(5, "bob", { deleted: true })];
  assert.deepEqual(mark.news(messages, historyOf(said(1))).map(({ id }) => id), [3]);
});
