import assert from "node:assert/strict";
import test from "node:test";

import { Activity } from "../static/js/model/activity.js";
import { Presence } from "../static/js/model/presence.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function presence(t, answer, seen) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  const one = new Presence({
    ask: async (names) => {
      asked.push(names.join(","));
      return { people: await answer(names) };
    },
    seen,
  });
  let changes = 0;
  one.addEventListener("change", () => changes++);
  return { one, asked, changes: () => changes };
}

test("people who are shown are asked about once, together, and then every minute", async (t) => {
  const { one, asked, changes } = presence(t, () => ({ bob: "online", cy: "away" }));
  one.watch(["bob"]);
  one.watch(["cy", "dora"]);
  one.watch(["cy"]);
  await settled();
  assert.deepEqual(asked, ["bob,cy,dora"]);
  assert.deepEqual(["bob", "cy", "dora", "eve"].map((name) => one.of(name)), ["online", "away", "offline", undefined]);
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(asked.length, 2);
  assert.equal(changes(), 2);
});

test("a notice is news of those who are shown", async (t) => {
  const { one, changes } = presence(t, () => ({}));
  one.watch(["bob"]);
  await settled();
  one.hear({ username: "bob", state: "online" });
  one.hear({ username: "bob", state: "online" });
  one.hear({ username: "cy", state: "online" });
  assert.equal(one.of("bob"), "online");
  assert.equal(one.of("cy"), undefined);
  assert.equal(changes(), 2);
});

test("nobody is asked about while nobody looks, and a failure is no end", async (t) => {
  let seen = false;
  let fails = true;
  const { one, asked } = presence(t, () => (fails ? Promise.reject(new Error("no")) : { bob: "online" }), () => seen);
  one.watch(["bob"]);
  await settled();
  assert.deepEqual(asked, []);
  seen = true;
  one.refresh();
  await settled();
  fails = false;
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(one.of("bob"), "online");
  assert.equal(asked.length, 2);
});

test("two hundred are shown at most", async (t) => {
  const { one, asked } = presence(t, () => ({}));
  one.watch(Array.from({ length: 300 }, (_, n) => `p${n}`));
  await settled();
  assert.equal(asked[0].split(",").length, 200);
});

/** What several pages of a browser keep together. */
function shelf() {
  const kept = new Map();
  return { get: (key) => kept.get(key) ?? null, set: (key, value) => kept.set(key, value) };
}

test("that one acts is told once a minute by all pages together, and that one rests once, after five minutes or six", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const told = [];
  const common = { shelf: shelf(), tell: async (state) => told.push(`${state} ${Date.now() / 1000 - 1000}`) };
  const pages = [new Activity(common), new Activity(common)];
  for (let second = 0; second < 1090; second++) {
    if (second < 90) for (const page of pages) page.acted();
    t.mock.timers.tick(1000);
  }
  assert.deepEqual(told, ["online 0", "online 60", "away 420"]);
  pages[1].acted();
  assert.equal(told.at(-1), "online 1090");
});

test("a page that rests says nothing while one acts in another", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  const told = [];
  const common = { shelf: shelf(), tell: async (state) => told.push(state) };
  const [one, two] = [new Activity(common), new Activity(common)];
  one.acted();
  for (let second = 0; second < 900; second++) {
    two.acted();
    t.mock.timers.tick(1000);
  }
  assert.ok(told.length === 15 && told.every((state) => state === "online"), told.join(" "));
});
