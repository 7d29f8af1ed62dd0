import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox } from "../static/js/model/inbox.js";
import { Clock } from "../testing/fakes.mjs";

function bench() {
  const clock = new Clock();
  const shown = [];
  const inbox = new Inbox((messages) => shown.push(messages.join(" ")), { clock, now: clock.now });
  return { clock, shown, inbox, come: (...messages) => messages.forEach((message) => {
    inbox.push(message);
    inbox.live();
  }) };
}

test("a message that comes live is shown at once", async () => {
  const { clock, shown, come } = bench();
  come("a");
  assert.deepEqual(shown, ["a"]);
  await clock.pass(1000);
  come("b");
  assert.deepEqual(shown, ["a", "b"]);
  assert.equal(clock.pending, 0);
});

test("those that come faster than they can be looked at are shown together, and soon", async () => {
  const { clock, shown, come } = bench();
  come("a", "b", "c");
  assert.deepEqual(shown, ["a"]);
  await clock.pass(50);
  assert.deepEqual(shown, ["a", "b c"]);
  for (let i = 0; i < 100; i++) {
    come(i);
    await clock.pass(5);
  }
  await clock.pass(50);
  assert.ok(shown.length <= 2 + 500 / 50 + 1, `${shown.length} times in half a second`);
  assert.equal(shown.join(" "), `a b c ${Array.from({ length: 100 }, (_, i) => i).join(" ")}`);
});

test("those of a replay wait for its end, but not for long", async () => {
  const { clock, shown, inbox } = bench();
  inbox.push("a");
  inbox.push("b");
  assert.deepEqual(shown, []);
  inbox.flush();
  inbox.push("c");
  await clock.pass(50);
  assert.deepEqual(shown, ["a b", "c"]);
});

test("what is cleared is not shown", async () => {
  const { clock, shown, inbox } = bench();
  inbox.push("a");
  inbox.clear();
  await clock.pass(1000);
  assert.deepEqual([shown, clock.pending], [[], 0]);
});
