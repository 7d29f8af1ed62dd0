import assert from "node:assert/strict";
import test from "node:test";
import { PinList } from "../static/js/model/pinlist.js";

const pinned = (id, revision, at, more = {}) => ({ id, revision, pinned_at: `2026-11-24T09:00:0${at}Z`, ...more });
const shown = (list) => list.messages.map(({ id }) => id).join();

test("pins are listed as they are and as they change, the latest first", () => {
  const list = new PinList();
  list.list([pinned(7, 9, 3), pinned(2, 8, 1)]);
  assert.equal(shown(list), "7,2");
  assert.equal(list.take(pinned(5, 10, 2)), true);
  assert.equal(shown(list), "7,5,2");
  assert.equal(list.take({ id: 6, revision: 11 }), false); // not pinned, nor was it
  assert.equal(list.take({ id: 7, revision: 12 }), true); // unpinned
  assert.equal(list.take(pinned(2, 13, 1, { deleted: true })), true);
  assert.equal(shown(list), "5");
  assert.equal(list.take(pinned(5, 14, 2, { body: "edited" })), true);
  assert.equal(list.messages[0].body, "edited");
  list.remove(5);
  assert.equal(shown(list), "");
});

test("what came before the list counts for more than the list, if it is newer", () => {
  const list = new PinList();
  list.take({ id: 2, revision: 12 });
  list.take(pinned(3, 11, 4));
  list.list([pinned(2, 9, 1), pinned(3, 8, 1)]);
  assert.equal(shown(list), "3");
  assert.equal(list.take(pinned(3, 10, 9)), false);
  assert.equal(list.messages[0].revision, 11);
});

test("what has expired is pinned no more, also if the list comes late", () => {
  const list = new PinList();
  list.list([pinned(3, 8, 1), pinned(9, 10, 2)]);
  assert.equal(list.expire(2), false);
  assert.equal(list.expire(3), true);
  list.list([pinned(3, 8, 1), pinned(9, 10, 2)]);
  assert.equal(shown(list), "9");
});
