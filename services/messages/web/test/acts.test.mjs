import assert from "node:assert/strict";
import test from "node:test";
import { Acts } from "../static/js/model/acts.js";
import { ApiError } from "../static/js/model/api.js";
import { Clock, settle } from "../testing/fakes.mjs";

const message = { id: 5, revision: 5, room: "general", username: "ada", body: "hi", created_at: "2026-11-24T09:00:00Z" };

/** Acts of ada's before a server that answers what the test tells it to. */
function bench() {
  const clock = new Clock();
  const asked = [];
  const ask = (...what) => new Promise((resolve, reject) => asked.push({ what, resolve: (revision) => resolve({ id: 5, revision }), reject }));
  const api = {
    react: (_, id, emoji, on) => ask("react", id, emoji, on),
    pin: (_, id, on) => ask("pin", id, on),
    edit: (_, id, body) => ask("edit", id, body),
    remove: (_, id) => ask("remove", id),
  };
  let signedOut = 0;
  const acts = new Acts({ room: "general", api, me: "ada", clock, onSignedOut: () => signedOut++ });
  return { acts, asked, clock, signedOut: () => signedOut };
}

const people = ({ reactions = [] }) => reactions.map(({ emoji, people: who }) => `${emoji} ${who}`);

test("a reaction shows at once, and until the message has come with it", async () => {
  const { acts, asked } = bench();
  acts.toggle(acts.shown(message), "👍");
  assert.deepEqual(people(acts.shown(message)), ["👍 ada"]);
  await settle();
  asked[0].resolve(6);
  await settle();
  assert.deepEqual(people(acts.shown(message)), ["👍 ada"]);
  const now = { ...message, revision: 6, reactions: [{ emoji: "👍", people: ["bob"] }] }; // what the server says counts
  assert.deepEqual(people(acts.shown(now)), ["👍 bob"]);
});

test("the message that comes before the answer is not changed any more", async () => {
  const { acts, asked } = bench();
  acts.react(5, "👍", true);
  await settle();
  const now = { ...message, revision: 6, reactions: [{ emoji: "👍", people: ["ada"] }] };
  assert.deepEqual(people(acts.shown(now)), ["👍 ada"]);
  asked[0].resolve(6);
  await settle();
  assert.equal(acts.shown(now), now);
});

test("added, taken back and added again goes out in turn; the last counts", async () => {
  const { acts, asked } = bench();
  for (const on of [true, false, true]) acts.react(5, "👍", on);
  await settle();
  assert.equal(asked.length, 1);
  asked[0].resolve(6);
  await settle();
  asked[1].resolve(7);
  await settle();
  assert.deepEqual(asked.map(({ what }) => what.at(-1)), [true, false, true]);
  const now = { ...message, revision: 7 };
  assert.deepEqual(people(acts.shown(now)), ["👍 ada"]);
  asked[2].resolve(8);
  await settle();
  assert.deepEqual(people(acts.shown({ ...message, revision: 8 })), []);
});

test("what the server refuses is taken back, says why, and can be tried again", async () => {
  const { acts, asked } = bench();
  acts.react(5, "👍", true);
  await settle();
  asked[0].reject(new ApiError(409, "too_many_reactions", "A message has at most 20 different reactions."));
  await settle();
  assert.equal(acts.shown(message), message);
  assert.equal(acts.problem(5).text, "Your reaction was not added. A message has at most 20 different reactions.");
  acts.problem(5).again();
  assert.equal(acts.problem(5), undefined);
  assert.deepEqual(people(acts.shown(message)), ["👍 ada"]);
});

test("without a connection it says so", async () => {
  const { acts, asked } = bench();
  acts.pin(5, true);
  assert.equal(acts.shown(message).pinned_by, "ada");
  await settle();
  asked[0].reject(new TypeError("network"));
  await settle();
  assert.equal(acts.shown(message).pinned_by, undefined);
  assert.equal(acts.problem(5).text, "It was not pinned. There is no connection just now.");
});

test("a deletion waits five seconds, in which it can be undone", async () => {
  const { acts, asked, clock } = bench();
  acts.remove(5);
  assert.equal(acts.leaving(5), true);
  await clock.pass(4999);
  acts.undo(5);
  await clock.pass(60_000);
  assert.equal(asked.length, 0);
  acts.remove(5);
  await clock.pass(5000);
  await settle();
  assert.deepEqual(asked[0].what, ["remove", 5]);
  assert.equal(acts.shown(message).deleted, true);
  asked[0].reject(new ApiError(403, "not_yours", "Only its author may change a message."));
  await settle();
  assert.equal(acts.shown(message), message);
});

test("whoever leaves the page has no time to undo", async () => {
  const { acts, asked, clock } = bench();
  acts.remove(5);
  acts.flush();
  await settle();
  assert.equal(asked.length, 1);
  await clock.pass(5000);
  assert.equal(asked.length, 1);
});

test("an edit shows when it is stored, until the message has come with it; what fails is the editor's", async () => {
  const { acts, asked } = bench();
  const first = acts.edit(5, "hello");
  assert.equal(acts.shown(message), message);
  asked[0].resolve(6);
  await first;
  assert.equal(acts.shown(message).body, "hello");
  assert.ok(acts.shown(message).edited_at);
  const now = { ...message, revision: 6, body: "hello", html: "<p>hello</p>" };
  assert.equal(acts.shown(now), now);
  const second = acts.edit(5, "again");
  asked[1].reject(new ApiError(409, "message_deleted", "This message was deleted."));
  await assert.rejects(second, /deleted/);
});

test("an answer of 401 ends the page's session", async () => {
  const { acts, asked, signedOut } = bench();
  acts.react(5, "👍", true);
  await settle();
  asked[0].reject(new ApiError(401, "not_signed_in", "Sign in first."));
  await settle();
  assert.equal(signedOut(), 1);
});
