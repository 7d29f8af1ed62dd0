import assert from "node:assert/strict";
import test from "node:test";
import { ApiError } from "../static/js/model/api.js";
import { Errand } from "../static/js/model/errand.js";
import { Clock, settle } from "../testing/fakes.mjs";

/** An errand that the test lets end, by the promises in runs. */
function bench() {
  const clock = new Clock();
  const runs = [];
  const errors = [];
  const errand = new Errand({
    run: () => new Promise((resolve, reject) => runs.push({ resolve, reject })),
    onError: (error) => errors.push(error),
    clock,
    random: () => 0,
  });
  return { errand, clock, runs, errors };
}

test("one at a time, once more if it was wanted meanwhile, once a second", async () => {
  const { errand, clock, runs } = bench();
  errand.want();
  errand.want();
  errand.want();
  assert.equal(runs.length, 1);
  runs[0].resolve();
  await settle();
  await clock.pass(999);
  assert.equal(runs.length, 1);
  await clock.pass(1);
  assert.equal(runs.length, 2);
  runs[1].resolve();
  await settle();
  await clock.pass(10_000);
  assert.equal(runs.length, 2);
  errand.want();
  assert.equal(runs.length, 3);
});

test("without an answer it is tried again, later and later, and at once when there is a connection", async () => {
  const { errand, clock, runs } = bench();
  errand.want();
  for (const wait of [1000, 2000, 4000]) {
    const before = runs.length;
    runs.at(-1).reject(new TypeError("network"));
    await settle();
    await clock.pass(wait - 1);
    assert.equal(runs.length, before);
    await clock.pass(1);
    assert.equal(runs.length, before + 1);
  }
  runs.at(-1).reject(new ApiError(503, "unavailable", "Later.", 60_000));
  await settle();
  errand.hurry();
  assert.equal(runs.length, 5);
});

test("what does not pass is told, and not tried again", async () => {
  const { errand, clock, runs, errors } = bench();
  errand.want();
  runs[0].reject(new ApiError(404, "room_not_found", "There is no such room."));
  await settle();
  await clock.pass(60_000);
  assert.equal(errors[0].code, "room_not_found");
  assert.equal(runs.length, 1);
});

test("stopped: nothing is tried or told any more", async () => {
  const { errand, clock, runs, errors } = bench();
  errand.want();
  errand.stop();
  runs[0].reject(new ApiError(404, "room_not_found", "There is no such room."));
  await settle();
  errand.want();
  await clock.pass(60_000);
  assert.deepEqual([runs.length, errors.length, clock.pending], [1, 0, 0]);
});
