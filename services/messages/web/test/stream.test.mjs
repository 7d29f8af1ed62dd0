import assert from "node:assert/strict";
import test from "node:test";
import { Stream } from "../static/js/model/stream.js";
import { Clock, FakeSource } from "../testing/fakes.mjs";

/** ada's stream, opened; the test plays its server through `server()`, and says where she stands by `at`. */
function bench() {
  FakeSource.opened = [];
  const clock = new Clock();
  const at = { "@ada": 3, general: 41, random: 7 };
  const cursors = () => Object.entries(at).map((cursor) => cursor.join(":")).join(",");
  const connect = (url) => new FakeSource(url);
  const stream = new Stream({ username: "ada", cursors, connect, clock, random: () => 0, now: clock.now });
  const seen = [];
  for (const type of ["change", "notice", "ready", "reset", "signedout"]) {
    stream.addEventListener(type, ({ detail }) => seen.push([type, detail.topic ?? null, detail.data?.revision ?? detail.id ?? null]));
  }
  stream.open();
  const live = () => {
    FakeSource.last.send("ready", { room: "@ada", id: at["@ada"] });
    assert.equal(stream.state, "live");
  };
  return { stream, clock, at, seen, live, server: () => FakeSource.last, opened: FakeSource.opened };
}

const message = (room, id) => ({ id, revision: id, room, username: "ada", body: "hi" });

test("it asks for everything of mine, and is live when my own log is complete", () => {
  const { stream, server, seen } = bench();
  assert.equal(server().url, "/chat/stream?after=@ada:3,general:41,random:7");
  server().open();
  server().send("ready", { room: "random", id: 7 });
  assert.equal(stream.state, "connecting");
  server().send("room.general", message("general", 42));
  server().send("me", { type: "membership", revision: 4, room: "launch" });
  server().send("typing", { type: "typing", room: "general", username: "bob" });
  server().send("ready", { room: "@ada", id: 4 });
  assert.equal(stream.state, "live");
  assert.deepEqual(seen, [
    ["ready", "random", 7], ["change", "general", 42], ["change", "@ada", 4], ["notice", null, null], ["ready", "@ada", 4],
  ]);
});

test("a broken stream is opened again, with what we have now", async () => {
  const { clock, live, server, opened, at } = bench();
  live();
  at.general = 43;
  const first = server();
  first.cut();
  assert.equal(first.closed, true);
  await clock.pass(999);
  assert.equal(opened.length, 1);
  await clock.pass(1);
  assert.equal(server().url, "/chat/stream?after=@ada:3,general:43,random:7");
});

test("nothing from a stream that was left is heard", () => {
  const { stream, live, server, seen } = bench();
  live();
  const first = server();
  stream.open();
  first.closed = false; // a browser that still delivers
  first.send("room.general", message("general", 50));
  first.cut();
  assert.deepEqual(seen, [["ready", "@ada", 3]]);
});

test("tries that fail come further and further apart, until one is live", async () => {
  const { clock, live, server, opened } = bench();
  for (const wait of [1000, 2000, 4000]) {
    const before = opened.length;
    server().open(); // the gateway opens and closes when no replica can be had
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

test("refused: not signed in is the end, all else is tried again", async () => {
  const { stream, clock, server, seen, opened } = bench();
  for (const status of [429, 503]) {
    server().refuse(status);
    await clock.pass(2000);
  }
  assert.equal(opened.length, 3);
  server().refuse(401);
  assert.equal(stream.state, "closed");
  assert.deepEqual(seen, [["signedout", null, null]]);
  await clock.pass(600_000);
  assert.equal(opened.length, 3);
});

test("the log of somebody else: another has signed in from this browser", () => {
  const { stream, server } = bench();
  let other = null;
  stream.addEventListener("signedout", ({ detail }) => (other = detail.other));
  server().send("ready", { room: "@bob", id: 1 });
  assert.equal(other, true);
  assert.equal(stream.state, "closed");
});

test("end: a session that is over is not tried again, all else is", async () => {
  const { stream, clock, live, server, seen, opened } = bench();
  live();
  server().send("end", { reason: "max_age" });
  await clock.pass(0);
  assert.equal(opened.length, 2);
  live();
  server().send("end", { reason: "session" });
  assert.deepEqual(seen.at(-1), ["signedout", null, null]);
  assert.equal(stream.state, "closed");
  await clock.pass(600_000);
  assert.equal(opened.length, 2);
  assert.equal(clock.pending, 0);
});

test("reset: the log goes on where the server says, back too", () => {
  const { stream, server, seen } = bench();
  server().send("reset", { room: "general", id: 3 });
  assert.deepEqual(seen, [["reset", "general", 3]]);
  stream.close();
});

test("a closed stream is not woken", async () => {
  const { stream, clock, opened } = bench();
  stream.close();
  stream.distrust({ surely: true });
  stream.offline();
  await clock.pass(60_000);
  assert.equal(opened.length, 1);
});
