import assert from "node:assert/strict";
import test from "node:test";
import { Keep } from "../static/js/model/keep.js";
import { MemoryKeep } from "../static/js/model/memorykeep.js";
import { Room } from "../static/js/model/room.js";
import { Clock, FakeDb } from "../testing/fakes.mjs";

const message = (room, id) => ({ room, id, revision: id, body: "hi" });

function bench() {
  const db = new FakeDb();
  const clock = new Clock();
  return { db, clock, keep: new Keep({ db, clock }) };
}

test("what changes in a moment is written in one transaction, as it is then", async () => {
  const { db, clock, keep } = bench();
  const room = new Room({ name: "general", position: 10 });
  keep.room(room);
  keep.at(3);
  room.take(message("general", 11), false);
  keep.message(message("general", 11));
  await clock.pass(249);
  assert.equal(db.transactions, 0);
  await clock.pass(1);
  assert.equal(db.transactions, 1);
  const { at, rooms } = await new Keep({ db }).load();
  assert.deepEqual([at, rooms.length, rooms[0].position], [3, 1, 11]);
  assert.deepEqual(await keep.messages("general"), [message("general", 11)]);
});

test("what is let go is gone, of that room only", async () => {
  const { keep } = bench();
  for (const name of ["general", "random"]) {
    keep.room(new Room({ name }));
    for (const id of [1, 2]) keep.message(message(name, id));
  }
  await keep.flush();
  keep.drop("general", [1]);
  keep.forget("random", [1, 2]);
  assert.deepEqual(await keep.messages("general"), [message("general", 2)]);
  assert.deepEqual(await keep.messages("random"), []);
  assert.deepEqual((await keep.load()).rooms.map(({ name }) => name), ["general"]);
});

test("a write that fails is the last: what is there stays true", async () => {
  const { db, keep } = bench();
  const room = new Room({ name: "general", position: 1 });
  keep.at(1);
  keep.room(room);
  await keep.flush();
  db.full = true;
  room.take(message("general", 2), false);
  keep.room(room);
  keep.message(message("general", 2));
  await keep.flush();
  db.full = false;
  assert.equal(keep.lasting, false);
  assert.equal(await keep.messages("general"), null);
  room.take(message("general", 3), false);
  keep.room(room);
  keep.message(message("general", 3));
  await keep.flush();
  const next = new Keep({ db });
  assert.equal((await next.load()).rooms[0].position, 1);
  assert.deepEqual(await next.messages("general"), []);
});

test("what waits to be sent is kept at once, until it is done with", async () => {
  const { db, keep } = bench();
  assert.equal(await keep.entry({ clientId: "c1", room: "general", body: "one" }), true);
  assert.equal((await new Keep({ db }).load()).entries.length, 1);
  assert.equal(await keep.waits("c1"), true);
  await keep.dropEntry("c1");
  assert.equal(await keep.waits("c1"), false);
});

test("emptied: nothing is left, and nothing follows", async () => {
  const { db, clock, keep } = bench();
  keep.at(1);
  keep.message(message("general", 1));
  await keep.entry({ clientId: "c1", room: "general" });
  await keep.flush();
  keep.message(message("general", 2));
  await keep.clear();
  await clock.pass(1000);
  assert.deepEqual(Object.values(db.stores).map(({ size }) => size), [0, 0, 0, 0]);
});

test("without a database it is kept in memory", async () => {
  const keep = new MemoryKeep();
  for (const id of [2, 1]) keep.message(message("general", id));
  keep.drop("general", [2]);
  assert.deepEqual(await keep.messages("general"), [message("general", 1)]);
  assert.deepEqual([keep.lasting, await keep.entry({}), await keep.waits("c1")], [false, false, true]);
  assert.deepEqual(await keep.load(), { at: null, rooms: [], entries: [] });
});
