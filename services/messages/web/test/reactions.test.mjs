import assert from "node:assert/strict";
import test from "node:test";
import { Favourites } from "../static/js/model/favourites.js";
import { reacted, sameEmoji, whoReacted } from "../static/js/model/reactions.js";
import { rights } from "../static/js/model/rights.js";
import { Shelf } from "../static/js/model/shelf.js";
import { MemoryStorage } from "../testing/fakes.mjs";

test("reactions keep their order, of emojis and of people", () => {
  const one = reacted(undefined, "👍", "ada", true);
  const two = reacted(one, "🎉", "bob", true);
  assert.deepEqual(reacted(two, "👍", "bob", true), [{ emoji: "👍", people: ["ada", "bob"] }, { emoji: "🎉", people: ["bob"] }]);
  assert.deepEqual(reacted(two, "👍", "ada", true), two);
  assert.deepEqual(reacted(two, "👍", "ada", false), [{ emoji: "🎉", people: ["bob"] }]);
  assert.deepEqual(reacted(two, "👀", "ada", false), two);
  assert.deepEqual(one, [{ emoji: "👍", people: ["ada"] }]);
});

test("who reacted is told in words, oneself first, and not everybody of a crowd", () => {
  assert.equal(whoReacted(["ada"], "ada"), "you");
  assert.equal(whoReacted(["bob", "ada"], "ada"), "you and bob");
  assert.equal(whoReacted(["bob", "carol", "dave"], "ada"), "bob, carol and dave");
  const crowd = Array.from({ length: 500 }, (_, i) => `u${i}`);
  assert.match(whoReacted(crowd, "ada"), /^u0, .*u19 and 480 others$/);
  assert.match(whoReacted(crowd.slice(0, 21), "ada"), /u19 and u20$/);
});

test("an emoji is the same with and without its variation selector", () => {
  assert.equal(sameEmoji("❤", "❤\ufe0f"), true);
  assert.equal(sameEmoji("👍", "👍🏽"), false);
});

test("the six used most, of this user in this browser", () => {
  const shelf = new Shelf(new MemoryStorage(), "ada");
  const favourites = new Favourites(shelf);
  assert.equal(favourites.list.length, 6);
  assert.equal(favourites.list[0], "👍");
  for (const emoji of ["🦊", "🦉", "🦊"]) favourites.use(emoji);
  assert.deepEqual(favourites.list.slice(0, 3), ["🦊", "🦉", "👍"]);
  for (let i = 0; i < 100; i++) favourites.use(String.fromCodePoint(0x1f600 + i));
  assert.ok(Object.keys(shelf.get("emoji")).length <= 40);
});

test("what may be done with a message", () => {
  const ada = { username: "ada", role: "member" };
  const open = { kind: "open", moderator: false, archived: false };
  const own = { username: "ada" };
  const bobs = { username: "bob" };
  const able = (...what) => Object.entries(rights(...what)).filter(([, may]) => may).map(([name]) => name).join(" ");
  assert.equal(able(ada, open, own), "react reply edit remove pin");
  assert.equal(able(ada, open, bobs), "react reply pin unread");
  assert.equal(able(ada, { ...open, moderator: true }, bobs), "react reply remove pin unread");
  assert.equal(able({ ...ada, role: "admin" }, open, bobs), "react reply remove pin unread");
  assert.equal(able({ ...ada, role: "owner" }, { ...open, kind: "direct", moderator: true }, bobs), "react reply pin unread");
  assert.equal(able(ada, { ...open, archived: true }, own), "");
  assert.equal(able(ada, { ...open, archived: true }, bobs), "unread");
  assert.equal(able(ada, open, { ...bobs, thread: 3 }), "react reply pin");
  assert.equal(able(ada, open, { ...own, deleted: true }), "");
});
