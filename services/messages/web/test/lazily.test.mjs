import assert from "node:assert/strict";
import { test } from "node:test";
import { lazily } from "../static/js/model/lazily.js";

test("made once, when it is asked for; what failed is tried again", async () => {
  let tries = 0;
  const get = lazily(async () => {
    tries++;
    if (tries === 1) throw new Error("no network");
    return { tries };
  });
  assert.equal(tries, 0);
  await assert.rejects(get());
  const first = await get();
  assert.equal(await get(), first);
  assert.equal(tries, 2);
});
