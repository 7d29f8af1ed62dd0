import assert from "node:assert/strict";
import test from "node:test";
import { Feed } from "../static/js/model/feed.js";
import { Keep } from "../static/js/model/keep.js";
import { Stream } from "../static/js/model/stream.js";
import { Clock, FakeDb, settle } from "../testing/fakes.mjs";
import { FakeServer } from "../testing/server.mjs";

/** A feed before a server; what it keeps stays in db. */
async function bench({ server = new FakeServer(), db = new FakeDb(), clock = new Clock(), hints = new Map() } = {}) {
  const keep = new Keep({ db, clock });
  const feed = new Feed({ username: "ada", api: server.api, keep, clock, now: clock.now });
  const cursors = () => feed.cursors();
  const stream = new Stream({ username: "ada", cursors, connect: server.connect, clock, random: () => 0, now: clock.now });
  const seen = [];
  for (const type of ["message", "ready", "reset", "left", "person"]) {
    feed.addEventListener(type, ({ detail }) => seen.push([type, detail.room ?? detail.message?.room ?? detail.reason ?? detail.role]));
  }
  feed.start(await keep.load(), hints, stream);
  const calm = async (time = 5000) => {
    await settle();
    await clock.pass(time);
    await settle();
  };
  await calm();
  const end = async () => {
    feed.stop();
    await keep.flush();
    server.streams.clear();
  };
  return { server, db, clock, keep, feed, stream, seen, calm, end };
}

function serverWith(...names) {
  const server = new FakeServer();
  for (const name of names) {
    server.makeRoom(name);
    server.join(name);
  }
  return server;
}

/** That the feed has exactly the rooms of the server, with as much unread. */
function agrees({ server, feed }, when) {
  const got = Object.fromEntries(feed.rooms.map(({ name, unread, title }) => [name, `${title}: ${unread}`]).sort());
  const want = Object.fromEntries(server.mine.map((name) => [name, `${server.rooms.get(name).title}: ${server.unread(name)}`]));
  assert.deepEqual(got, want, when);
}

test("the first time the server is asked, then the stream tells", async () => {
  const server = serverWith("general", "random");
  server.say("general", "bob");
  const it = await bench({ server });
  agrees(it);
  assert.equal(it.stream.state, "live");
  server.say("general", "bob");
  server.say("random", "bob");
  server.say("random", "ada");
  server.rename("random", "Anything");
  await it.calm();
  agrees(it);
  assert.equal(server.asked.rooms, 1);
});

test("rooms come and go", async () => {
  const it = await bench({ server: serverWith("general") });
  const news = [];
  it.feed.addEventListener("rooms", ({ detail }) => news.push(detail));
  it.server.makeRoom("launch", { kind: "private" });
  it.server.say("launch", "bob", "before");
  it.server.join("launch");
  it.server.say("launch", "bob", "after");
  await it.calm();
  agrees(it);
  assert.equal(it.feed.room("launch").title, "The launch");
  it.server.leave("launch");
  await it.calm();
  agrees(it);
  assert.deepEqual(news.at(-1).gone, ["launch"]);
});

test("reading is told to the server, at most once a second, and to pages at once", async () => {
  const it = await bench({ server: serverWith("general") });
  for (let i = 0; i < 3; i++) it.server.say("general", "bob");
  await it.calm(100);
  it.feed.mark("general", 1);
  it.feed.mark("general", 2);
  it.feed.mark("general", 3);
  assert.equal(it.feed.room("general").unread, 0);
  await it.calm();
  assert.deepEqual(it.server.asked.reads, [["general", 1], ["general", 3]]);
  agrees(it);
  it.feed.mark("general", 3);
  await it.calm();
  assert.equal(it.server.asked.reads.length, 2);
});

test("a page may be further than the stream: what it has seen is read when it comes", async () => {
  const it = await bench({ server: serverWith("general") });
  it.feed.mark("general", 1);
  it.server.say("general", "bob");
  await it.calm();
  agrees(it);
  assert.equal(it.server.unread("general"), 0);
});

test("reading while there is no connection is told later, also by the next feed", async () => {
  const it = await bench({ server: serverWith("general") });
  it.server.say("general", "bob");
  await it.calm();
  it.server.down = true;
  it.feed.mark("general", 1);
  await it.calm(30_000);
  await it.end();
  assert.equal(it.server.unread("general"), 1);
  it.server.down = false;
  const next = await bench(it);
  assert.equal(next.server.unread("general"), 0);
  agrees(next);
});

test("read on another device, in part: the server is asked where we can't count", async () => {
  const server = serverWith("general");
  for (let i = 0; i < 9; i++) server.say("general", "bob");
  const it = await bench({ server });
  server.read("general", 4);
  await it.calm();
  agrees(it);
  assert.equal(server.asked.rooms, 2);
});

test("a new feed resumes from what the last one kept, and asks for nothing else", async () => {
  const it = await bench({ server: serverWith("general", "random") });
  it.server.say("general", "bob", "one");
  await it.calm();
  await it.end();
  it.server.say("general", "bob", "two");
  it.server.say("random", "ada", "three");
  const next = await bench(it);
  agrees(next);
  assert.equal(it.server.asked.rooms, 1);
  assert.deepEqual(next.seen.filter(([type]) => type === "message"), [["message", "general"], ["message", "random"]]);
  assert.deepEqual((await next.feed.since("general", 0)).map(({ body }) => body), ["one", "two"]);
});

test("killed at any moment, it resumes without a gap", async () => {
  const it = await bench({ server: serverWith("general") });
  for (let i = 0; i < 20; i++) {
    it.server.say("general", "bob");
    await it.clock.pass(90);
  }
  it.server.streams.clear(); // nothing is flushed
  it.feed.stop();
  const next = await bench({ server: it.server, db: it.db });
  agrees(next);
  assert.deepEqual((await next.feed.since("general", 0)).map(({ id }) => id), Array.from({ length: 20 }, (_, i) => i + 1));
});

test("too far behind: the room is loaded anew, and counted by the server", async () => {
  const it = await bench({ server: serverWith("general") });
  await it.end();
  for (let i = 0; i < 80; i++) it.server.say("general", "bob");
  const next = await bench(it);
  assert.ok(next.seen.some(([type]) => type === "reset"));
  agrees(next);
  assert.equal(await next.feed.since("general", 10), null);
});

test("a log of mine that can't be resumed: the server says which rooms there are", async () => {
  const it = await bench({ server: serverWith("general", "old") });
  await it.end();
  it.server.leave("old");
  it.server.makeRoom("new");
  it.server.join("new");
  it.server.replayLimit = 0;
  const next = await bench(it);
  agrees(next);
});

test("with more rooms than can be named, those that are behind are", async () => {
  const names = Array.from({ length: 230 }, (_, i) => `room-${i}`);
  const it = await bench({ server: serverWith(...names) });
  await it.end();
  for (const name of names.slice(0, 220)) it.server.say(name, "bob");
  const next = await bench(it);
  agrees(next);
});

test("the session ends: everybody is told, and nothing goes on", async () => {
  const it = await bench({ server: serverWith("general") });
  [...it.server.streams][0].source.send("end", { reason: "session" });
  await it.calm(60_000);
  assert.deepEqual(it.seen.at(-1), ["left", "ended"]);
  assert.equal(it.stream.state, "closed");
});

/** A small generator, so that a failure can be had again: mulberry32. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (let seed = 1; seed <= 60; seed++) {
  test(`whatever happens, it ends with what the server has: ${seed}`, async () => {
    const random = randomOf(seed);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const server = serverWith("a", "b", "c");
    for (const name of ["d", "e"]) server.makeRoom(name);
    server.replayLimit = pick([3, 10, 1000]);
    server.mineFirst = seed % 2 === 0;
    let it = await bench({ server });
    const all = () => pick([...server.rooms.keys()]);
    const acts = [
      () => server.say(all(), pick(["bob", "bob", "bob", "ada"])),
      () => server.say(all(), "bob"),
      () => Array.from({ length: 30 }, () => server.say("a", "bob")),
      () => server.rename(all(), `title ${random()}`),
      () => server.join(all()),
      () => server.mine.length > 1 && server.leave(pick(server.mine)),
      () => server.mine.length > 0 && read(pick(server.mine), (name, id) => server.read(name, id)),
      () => server.mine.length > 0 && read(pick(server.mine), (name, id) => it.feed.mark(name, id)),
      () => edit(all()),
      () => remove(all()),
      () => read(all(), (name, id) => server.expire(name, id)),
      () => server.say(all(), "bob", "in a thread", undefined, { thread: 1 }),
      () => server.cut(),
      () => ((server.down = true), server.cut()),
      () => (server.down = false),
      () => it.clock.pass(pick([10, 300, 3000])),
      () => it.clock.pass(pick([10, 300, 3000])),
      async () => {
        if (random() < 0.5) await it.end();
        it.feed.stop();
        server.streams.clear();
        it = await bench({ server, db: it.db });
      },
    ];
    const read = (name, act) => act(name, Math.floor(random() * (server.rooms.get(name).head + 1)));
    const edit = (name) => {
      const { messages } = server.rooms.get(name);
      if (messages.length > 0) server.edit(name, pick(messages).id);
    };
    const remove = (name) => {
      const { messages } = server.rooms.get(name);
      const recent = messages.slice(-10);
      if (recent.length > 0) server.delete(name, pick(recent).id);
    };
    for (let step = 0; step < 120; step++) await pick(acts)();
    server.down = false;
    it.stream.distrust({ surely: true });
    it.feed.hurry();
    for (let i = 0; i < 5; i++) await it.calm(30_000);
    agrees(it, `seed ${seed}`);
    for (const name of server.mine) {
      const room = it.feed.room(name);
      assert.equal(room.position, server.rooms.get(name).head, `position of ${name}`);
      const since = await it.feed.since(name, room.whole);
      const want = server.rooms.get(name).messages.filter(({ revision }) => revision > room.whole);
      assert.deepEqual(since.map(({ id, revision }) => [id, revision]), want.map(({ id, revision }) => [id, revision]));
      assert.equal(room.floor, server.rooms.get(name).floor, `floor of ${name}`);
      assert.ok((await it.keep.messages(name)).every(({ id }) => id > room.floor), `something expired is kept of ${name}`);
    }
    assert.equal(it.feed.at, server.head);
  });
}
