import assert from "node:assert/strict";
import test from "node:test";
import { Reads } from "../static/js/model/reads.js";
import { Shelf } from "../static/js/model/shelf.js";
import { MemoryStorage } from "../testing/fakes.mjs";

test("in a new browser what was said before counts as read", () => {
  const reads = new Reads(new Shelf(new MemoryStorage(), "ada"));
  reads.see("general", 5000);
  assert.equal(reads.unread("general", 5000), 0);
  assert.equal(reads.unread("general", 5003), 3);
});

test("a room that is new to a known browser is unread from its beginning", () => {
  const storage = new MemoryStorage();
  new Reads(new Shelf(storage, "ada")).see("general", 5);
  const later = new Reads(new Shelf(storage, "ada"));
  later.see("fresh", 3);
  assert.equal(later.unread("fresh", 3), 3);
  assert.equal(later.unread("general", 6), 1);
});

test("reading goes on, never back, but for a room whose counter did", () => {
  const reads = new Reads(new Shelf(new MemoryStorage(), "ada"));
  reads.see("general", 10);
  reads.mark("general", 20);
  reads.mark("general", 15);
  assert.equal(reads.last("general"), 20);
  reads.reset("general", 4);
  assert.equal(reads.last("general"), 4);
});

test("users of one browser don't share what they read, and none is needed to keep it", () => {
  const storage = new MemoryStorage();
  new Reads(new Shelf(storage, "ada")).see("general", 5);
  assert.equal(new Reads(new Shelf(storage, "bob")).last("general"), null);
  const nowhere = new Reads(new Shelf(null, "ada"));
  nowhere.see("general", 5);
  assert.equal(nowhere.unread("general", 7), 2);
});
