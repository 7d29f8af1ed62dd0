import assert from "node:assert/strict";
import test from "node:test";
import { Backoff } from "../static/js/model/backoff.js";

test("a crowd comes back spread over 1 to 5 s at first", () => {
  assert.equal(new Backoff({ random: () => 0 }).next(), 1000);
  assert.equal(new Backoff({ random: () => 1 }).next(), 5000);
});

test("each try waits twice as long, up to half a minute; success begins anew", () => {
  const backoff = new Backoff({ random: () => 0.25 });
  assert.deepEqual(Array.from({ length: 6 }, () => backoff.next()), [2000, 4000, 8000, 16000, 30000, 30000]);
  backoff.reset();
  assert.equal(backoff.next(), 2000);
});
