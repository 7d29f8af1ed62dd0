import assert from "node:assert/strict";
import test from "node:test";
import { ApiError } from "../static/js/model/api.js";
import { Outbox } from "../static/js/model/outbox.js";
import { Clock, settle } from "../testing/fakes.mjs";

/** An outbox whose server answers what the test tells it to; kept is what the next one would find. */
function bench({ kept = new Map() } = {}) {
  const clock = new Clock();
  const asked = [];
  let ids = 0;
  const outbox = new Outbox({
    room: "general",
    store: {
      save: (entry) => kept.set(entry.clientId, entry),
      forget: (clientId) => kept.delete(clientId),
      claim: async ({ clientId }) => kept.has(clientId),
    },
    clock,
    random: () => 0,
    post: (_room, body, clientId, replyTo) => new Promise((resolve, reject) => asked.push({ body, clientId, replyTo, resolve, reject })),
  });
  const sent = [];
  outbox.addEventListener("sent", ({ detail: { entry, id } }) => sent.push([entry.body, id]));
  const add = (body) => outbox.add({ clientId: `c${++ids}`, body, at: 0 });
  return { outbox, add, clock, kept, asked, sent };
}

const states = (outbox) => outbox.entries.map(({ body, state }) => `${body}: ${state}`);

test("one at a time, in order", async () => {
  const { outbox, add, asked, sent } = bench();
  add("one");
  add("two");
  assert.deepEqual(states(outbox), ["one: sending", "two: queued"]);
  assert.equal(asked.length, 1);
  asked[0].resolve({ id: 7 });
  await settle();
  assert.equal(asked[1].body, "two");
  asked[1].resolve({ id: 8 });
  await settle();
  assert.deepEqual(sent, [["one", 7], ["two", 8]]);
  assert.deepEqual(outbox.entries, []);
});

test("no answer: the same message is sent again, before the next", async () => {
  const { outbox, add, asked, clock } = bench();
  add("one");
  add("two");
  asked[0].reject(new TypeError("network"));
  await settle();
  assert.deepEqual(states(outbox), ["one: queued", "two: queued"]);
  assert.equal(outbox.waiting, true);
  await clock.pass(1000);
  assert.equal(asked.length, 2);
  assert.equal(asked[1].clientId, asked[0].clientId);
});

test("a connection again cuts the wait short, a Retry-After does not", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 0 });
  const { outbox, add, asked, clock } = bench();
  add("one");
  asked[0].reject(new TypeError("network"));
  await settle();
  outbox.wake();
  assert.equal(asked.length, 2);
  asked[1].reject(new ApiError(429, "rate_limited", "Slow down.", 7000));
  await settle();
  outbox.wake();
  assert.equal(asked.length, 2);
  await clock.pass(6999);
  assert.equal(asked.length, 2);
  await clock.pass(1);
  assert.equal(asked.length, 3);
});

test("refused for good: it says why, and the next go on", async () => {
  const { outbox, add, asked } = bench();
  add("bad");
  add("good");
  asked[0].reject(new ApiError(422, "body_too_long", "Too long."));
  await settle();
  assert.deepEqual(states(outbox), ["bad: failed", "good: sending"]);
  assert.equal(outbox.entries[0].reason, "Too long.");
  asked[1].resolve({ id: 1 });
  await settle();
  outbox.retry("c1");
  assert.equal(asked[2].clientId, "c1");
});

test("a server that fails again and again is not asked for ever", async () => {
  const { outbox, add, asked, clock } = bench();
  add("one");
  for (let tries = 0; tries < 5; tries++) {
    asked[tries].reject(new ApiError(500, "internal", "Something broke."));
    await settle();
    await clock.pass(60_000);
  }
  assert.deepEqual(states(outbox), ["one: failed"]);
  assert.equal(asked.length, 5);
});

test("what was not sent survives, under the same client id", async () => {
  const { add, kept, asked } = bench();
  add("bad");
  add("two");
  add("three");
  asked[0].reject(new ApiError(413, "too_large", "Too large."));
  await settle();
  const after = bench({ kept });
  after.outbox.restore([...kept.values()].reverse());
  await settle();
  assert.deepEqual(states(after.outbox), ["bad: failed", "two: sending", "three: queued"]);
  assert.equal(after.asked[0].clientId, "c2");
});

test("what another owner has sent meanwhile is not sent again", async () => {
  const { add, kept } = bench();
  add("one");
  add("two");
  const after = bench({ kept });
  const gone = [];
  after.outbox.addEventListener("gone", ({ detail: { entry } }) => gone.push(entry.body));
  const entries = [...kept.values()];
  kept.delete("c1");
  after.outbox.restore(entries);
  await settle();
  assert.deepEqual(gone, ["one"]);
  assert.deepEqual(states(after.outbox), ["two: sending"]);
});

test("the same message, given twice, is one", () => {
  const { outbox } = bench();
  for (let i = 0; i < 2; i++) outbox.add({ clientId: "c", body: "one", at: 0 });
  assert.equal(outbox.entries.length, 1);
});

test("stopped: nothing more is sent, and everything is kept", async () => {
  const { outbox, add, kept, asked, clock } = bench();
  add("one");
  add("two");
  outbox.stop();
  asked[0].reject(new TypeError("network"));
  await settle();
  await clock.pass(60_000);
  assert.equal(asked.length, 1);
  assert.equal(kept.size, 2);
});

test("an echo that overtakes the answer settles the message", async () => {
  const { outbox, add, asked, sent } = bench();
  add("one");
  outbox.acknowledge("c1");
  assert.deepEqual(outbox.entries, []);
  asked[0].resolve({ id: 1 });
  await settle();
  assert.deepEqual(sent, []);
});

test("discarded is gone; what is under way cannot be", async () => {
  const { outbox, add, asked, kept } = bench();
  add("one");
  outbox.discard("c1");
  assert.equal(outbox.entries.length, 1);
  asked[0].reject(new ApiError(404, "room_not_found", "No such room."));
  await settle();
  outbox.discard("c1");
  assert.deepEqual(outbox.entries, []);
  assert.equal(kept.size, 0);
});

test("signed out: everything is kept, and the page is told", async () => {
  const { outbox, add, asked } = bench();
  let told = 0;
  outbox.addEventListener("signedout", () => told++);
  add("one");
  asked[0].reject(new ApiError(401, "not_signed_in", "Sign in."));
  await settle();
  assert.equal(told, 1);
  assert.deepEqual(states(outbox), ["one: queued"]);
});

test("what a message answers goes with it, also with the next owner", () => {
  const kept = new Map();
  const { outbox, asked } = bench({ kept });
  outbox.add({ clientId: "c", body: "yes", at: 0, replyTo: 7 });
  assert.equal(asked[0].replyTo, 7);
  assert.equal(kept.get("c").replyTo, 7);
});
