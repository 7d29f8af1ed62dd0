import assert from "node:assert/strict";
import test from "node:test";
import { Drafts } from "../static/js/model/drafts.js";
import { Quotes } from "../static/js/model/quotes.js";
import { Shelf } from "../static/js/model/shelf.js";
import { MemoryStorage, settle } from "../testing/fakes.mjs";

function bench(answer) {
  const asked = [];
  const history = async (room, { around }) => {
    asked.push([room, around]);
    return { messages: answer(around) };
  };
  const quotes = new Quotes({ room: "general", api: { history } });
  let changes = 0;
  quotes.addEventListener("change", () => changes++);
  return { quotes, asked, changes: () => changes };
}

test("what is quoted is fetched once, and follows what becomes of it", async () => {
  const { quotes, asked, changes } = bench((id) => [{ id, revision: id, body: "hi" }]);
  assert.equal(quotes.get(3), undefined);
  assert.equal(quotes.get(3), undefined);
  quotes.get(4);
  await settle();
  assert.deepEqual(asked, [["general", 3], ["general", 4]]);
  assert.equal(changes(), 2);
  assert.equal(quotes.get(3).body, "hi");
  quotes.take({ id: 3, revision: 9, body: "hello" });
  quotes.take({ id: 3, revision: 8, body: "late" });
  quotes.take({ id: 7, revision: 7, body: "never quoted" });
  assert.equal(quotes.get(3).body, "hello");
});

test("what can't be had is not asked for again", async () => {
  const { quotes, asked } = bench(() => [{ id: 1, revision: 1 }]);
  quotes.get(3);
  await settle();
  assert.equal(quotes.get(3), undefined);
  await settle();
  assert.equal(asked.length, 1);
});

test("what comes while it is asked for is newer than the answer", async () => {
  const { quotes } = bench((id) => [{ id, revision: id, body: "hi" }]);
  quotes.get(3);
  quotes.take({ id: 3, revision: 9, body: "hello" });
  await settle();
  assert.equal(quotes.get(3).body, "hello");
});

test("what was asked for without a connection is asked for again when there is one", async () => {
  let down = true;
  const { quotes, asked, changes } = bench((id) => {
    if (down) throw new TypeError("network");
    return [{ id, revision: id, body: "hi" }];
  });
  quotes.get(3);
  await settle();
  quotes.get(3);
  assert.equal(asked.length, 1);
  down = false;
  const before = changes();
  quotes.again();
  assert.equal(changes(), before + 1);
  quotes.get(3);
  await settle();
  assert.equal(quotes.get(3).body, "hi");
  quotes.again();
  assert.equal(quotes.get(3).body, "hi");
});

test("forgotten: asked for anew, and an answer of before counts for nothing", async () => {
  let body = "hi";
  const { quotes } = bench((id) => [{ id, revision: id, body }]);
  quotes.get(3);
  quotes.forget();
  await settle();
  body = "hello";
  assert.equal(quotes.get(3), undefined);
  await settle();
  assert.equal(quotes.get(3).body, "hello");
});

test("what a draft answers is kept with it, a room each", () => {
  const drafts = new Drafts(new Shelf(new MemoryStorage(), "ada"));
  drafts.answer("general", { id: 3, username: "bob", text: "hi" });
  assert.equal(drafts.answered("general").id, 3);
  assert.equal(drafts.answered("random"), null);
  drafts.answer("general", null);
  assert.equal(drafts.answered("general"), null);
});

test("what has expired is not quoted, nor asked for", async () => {
  const { quotes, asked } = bench((id) => [{ id, revision: id }]);
  quotes.get(3);
  quotes.get(5);
  quotes.expire(4); // while they are asked for
  await settle();
  assert.equal(quotes.get(3), undefined);
  assert.equal(quotes.get(2), undefined);
  assert.equal(quotes.get(5).id, 5);
  await settle();
  assert.deepEqual(asked, [["general", 3], ["general", 5]]);
});
