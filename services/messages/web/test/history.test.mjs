import assert from "node:assert/strict";
import test from "node:test";
import { History } from "../static/js/model/history.js";

const message = (id, revision = id, body = `message ${id}`) => ({ id, revision, body });
const run = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => message(first + i));
const ids = (history) => history.messages.map(({ id }) => id);

test("history keeps the order of ids, whatever the order of arrival", () => {
  const history = new History();
  for (const id of [3, 1, 2, 5, 4]) assert.equal(history.upsert(message(id)), "added");
  assert.deepEqual(ids(history), [1, 2, 3, 4, 5]);
  assert.equal(history.before(3).id, 2);
  assert.equal(history.after(3).id, 4);
  assert.equal(history.before(1), undefined);
  assert.equal(history.after(5), undefined);
});

test("history takes a newer revision, and ignores an older one", () => {
  const history = new History();
  history.upsert(message(1));
  assert.equal(history.upsert(message(1, 7, "edited")), "changed");
  assert.equal(history.upsert(message(1, 5, "late")), "ignored");
  assert.equal(history.get(1).body, "edited");
  assert.equal(history.size, 1);
});

test("history ignores what lies outside of what is loaded", () => {
  const history = new History(10);
  history.hasOlder = true;
  history.join(run(21, 35));
  assert.equal(history.upsert(message(5, 36)), "ignored", "an edit of a message that is not loaded");
  assert.deepEqual(history.trimNewest().map(({ id }) => id), [31, 32, 33, 34, 35]);
  assert.equal(history.atNewest, false);
  assert.equal(history.upsert(message(36)), "ignored", "it would leave a gap");
  assert.equal(history.upsert(message(25, 37)), "changed");
});

test("history is bounded at either end and says what it let go", () => {
  const history = new History(100);
  history.join(run(51, 150));
  assert.equal(history.join(run(1, 60)).length, 50);
  assert.deepEqual(history.trimOldest().map(({ id }) => id), run(1, 62).map(({ id }) => id), "an eighth more than must go");
  assert.equal(history.hasOlder, true);
  assert.equal(history.size, 88);
  assert.deepEqual(history.trimOldest(), []);
});

test("history lets what has expired go, and takes none of it again", () => {
  const history = new History();
  history.hasOlder = true;
  history.join(run(5, 12));
  assert.equal(history.expire(4), false);
  assert.equal(history.hasOlder, true, "there may be some between the floor and what is loaded");
  assert.equal(history.expire(8), true);
  assert.deepEqual(ids(history), [9, 10, 11, 12]);
  assert.equal(history.hasOlder, false);
  assert.equal(history.upsert(message(8, 40)), "ignored");
  assert.deepEqual(history.join(run(7, 13)).map(({ id }) => id), [13]);
  assert.equal(history.expire(6), false);
});
