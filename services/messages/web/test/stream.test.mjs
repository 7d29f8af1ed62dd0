import assert from "node:assert/strict";
import test from "node:test";
import { Cursors } from "../static/js/model/cursors.js";
import { Stream } from "../static/js/model/stream.js";
import { Clock, FakeEventSource } from "../testing/fakes.mjs";

/** A stream of two rooms, opened; the test plays its server through `server()`. */
function bench() {
  FakeEventSource.opened = [];
  const clock = new Clock();
  const cursors = new Cursors();
  cursors.add("general", 41);
  cursors.add("random", 7);
  const stream = new Stream({ cursors, EventSource: FakeEventSource, clock, random: () => 0, now: clock.now });
  const seen = [];
  for (const type of ["message", "ready", "reset", "refused", "signedout"]) {
    stream.addEventListener(type, ({ detail }) => seen.push([type, detail.message?.id ?? detail.id ?? null]));
  }
  stream.open();
  const live = () => {
    FakeEventSource.last.send("ready", { room: "general", id: cursors.get("general") });
    assert.equal(stream.state, "live");
  };
  return { stream, clock, cursors, seen, live, server: () => FakeEventSource.last, opened: FakeEventSource.opened };
}

const message = (room, id) => ({ id, revision: id, room, username: "ada", body: "hi" });

test("it asks for all rooms, and is live when the open one is", () => {
  const { stream, server, seen } = bench();
  assert.equal(server().url, "/chat/stream?after=general:41,random:7");
  server().send("open");
  server().send("ready", { room: "random", id: 7 });
  assert.equal(stream.state, "connecting");
  server().send("room.general", message("general", 42));
  server().send("ready", { room: "general", id: 42 });
  assert.equal(stream.state, "live");
  assert.deepEqual(seen, [["ready", 7], ["message", 42], ["ready", 42]]);
});

test("a broken stream is opened again by us, with what we have now", async () => {
  const { clock, live, server, opened } = bench();
  live();
  server().send("room.general", message("general", 43));
  server().send("room.random", message("random", 8));
  const first = server();
  first.cut();
  assert.equal(first.readyState, FakeEventSource.CLOSED);
  await clock.pass(999);
  assert.equal(opened.length, 1);
  await clock.pass(1);
  assert.equal(server().url, "/chat/stream?after=general:43,random:8");
});

test("nothing from a stream that was left is heard", () => {
  const { stream, live, server, seen } = bench();
  live();
  const first = server();
  stream.open();
  first.send("room.general", message("general", 50));
  first.cut();
  assert.deepEqual(seen, [["ready", 41]]);
});

test("tries that fail come further and further apart, until one is live", async () => {
  const { clock, live, server, opened } = bench();
  for (const wait of [1000, 2000, 4000]) {
    const before = opened.length;
    server().send("open"); // the gateway opens and closes when no replica can be had
    server().cut();
    await clock.pass(wait - 1);
    assert.equal(opened.length, before);
    await clock.pass(1);
    assert.equal(opened.length, before + 1);
  }
  live();
  server().cut();
  await clock.pass(1000);
  assert.equal(opened.length, 5);
});

test("silence for longer than two pings means dead", async () => {
  const { stream, clock, live, server, opened } = bench();
  live();
  for (let i = 0; i < 5; i++) {
    await clock.pass(15_000);
    server().send("ping");
  }
  assert.equal(stream.state, "live");
  await clock.pass(35_000);
  assert.equal(stream.state, "connecting");
  await clock.pass(1000);
  assert.equal(opened.length, 2);
});

test("on waking up, a stream that was silent for too long is not believed", async () => {
  const { stream, clock, live, server, opened } = bench();
  live();
  await clock.pass(14_000);
  stream.distrust();
  assert.equal(opened.length, 1);
  await clock.pass(7000);
  stream.distrust();
  assert.equal(opened.length, 2);
  live();
  stream.distrust({ surely: true });
  assert.equal(opened.length, 3);
  assert.equal(server(), opened[2]);
});

test("a wait ends at once when the network is back", async () => {
  const { stream, live, clock, opened } = bench();
  live();
  stream.offline();
  assert.equal(stream.state, "offline");
  stream.distrust({ surely: true });
  assert.equal(opened.length, 2);
  await clock.pass(10_000);
  assert.equal(opened.length, 2);
});

test("refused: find out why, then try again", async () => {
  const { stream, clock, server, seen, opened } = bench();
  server().refuse();
  assert.deepEqual(seen, [["refused", null]]);
  await clock.pass(60_000);
  assert.equal(opened.length, 1);
  stream.again();
  await clock.pass(1000);
  assert.equal(opened.length, 2);
});

test("end: a session that is over is not tried again, all else is", async () => {
  const { stream, clock, live, server, seen, opened } = bench();
  live();
  server().send("end", { reason: "max_age" });
  await clock.pass(0);
  assert.equal(opened.length, 2);
  live();
  server().send("end", { reason: "session" });
  assert.deepEqual(seen.at(-1), ["signedout", null]);
  assert.equal(stream.state, "closed");
  await clock.pass(600_000);
  assert.equal(opened.length, 2);
  assert.equal(clock.pending, 0);
});

test("reset: the cursor goes where the server says, back too", () => {
  const { stream, cursors, server, seen } = bench();
  server().send("reset", { room: "general", id: 3 });
  assert.equal(cursors.get("general"), 3);
  assert.deepEqual(seen, [["reset", 3]]);
  stream.close();
});
