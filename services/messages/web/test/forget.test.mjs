import assert from "node:assert/strict";
import test from "node:test";
import { forgetEverybody } from "../static/js/model/forget.js";
import { MemoryStorage } from "../testing/fakes.mjs";

test("what was kept of anybody goes, and nothing else", async () => {
  const storage = new MemoryStorage();
  for (const key of ["parley:ada:draft:general", "parley:ada:outbox:general:1", "parley:bob:draft:x", "other"]) storage.setItem(key, "x");
  await forgetEverybody({ storages: [() => storage], databases: null });
  assert.deepEqual([storage.length, storage.key(0)], [1, "other"]);
});

test("a browser that lets nobody look has nothing to forget", async () => {
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  await forgetEverybody({ storages: [forbidden], databases: { databases: forbidden } });
});
