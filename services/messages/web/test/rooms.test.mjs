import assert from "node:assert/strict";
import test from "node:test";
import { Rooms } from "../static/js/model/rooms.js";

const member = (room, revision, more = {}) => ({
  room, revision, kind: "open", member: true, moderator: false, joined: 5, read: 5, notify: "all", ...more,
});
const answer = (name, head) => ({ name, kind: "open", title: name, topic: "", head, read: head, unread: 0, notify: "all" });

test("two hundred logs can be named: mine, those that are behind, those used last", () => {
  const rooms = new Rooms("ada");
  rooms.at = 7;
  rooms.answer({ me: 7, rooms: Array.from({ length: 300 }, (_, i) => answer(`room-${i}`, i)) });
  rooms.get("room-250").head = 260;
  rooms.get("room-280").used = 1;
  const named = rooms.cursors().split(",");
  assert.equal(named.length, 200);
  assert.deepEqual(named.slice(0, 3), ["@ada:7", "room-250:250", "room-280:280"]);
});

test("they fit in what the gateway takes", () => {
  const rooms = new Rooms("ada");
  rooms.answer({ me: 7, rooms: Array.from({ length: 250 }, (_, i) => answer("w".repeat(96) + i, 1e9)) });
  const text = rooms.cursors();
  assert.ok(text.length <= 12_000 && text.length > 11_000);
});

test("a room that was not named begins at its head: whether something was missed is known", () => {
  const rooms = new Rooms("ada");
  rooms.answer({ me: 7, rooms: Array.from({ length: 300 }, (_, i) => answer(`room-${i}`, 10)) });
  const named = rooms.cursors();
  const out = rooms.all.find(({ name }) => !named.includes(`${name}:`));
  assert.equal(rooms.ready(out, 10), true);
  rooms.cursors();
  assert.equal(rooms.ready(out, 12), false);
  assert.equal(rooms.ready(rooms.get("room-0"), 12), true);
});

test("memberships come and go, each once, in order", () => {
  const rooms = new Rooms("ada");
  assert.equal(rooms.member(member("launch", 1)).joined.name, "launch");
  assert.deepEqual(rooms.member(member("launch", 1)), {});
  assert.equal(rooms.member(member("launch", 2, { read: 9 })).changed.read, 9);
  assert.equal(rooms.member(member("launch", 3, { member: false })).left.name, "launch");
  assert.deepEqual(rooms.member(member("launch", 2)), {});
  assert.equal(rooms.member(member("launch", 4, { joined: 20 })).joined.position, 20);
});

test("joined while the stream was away: it began with the room's head, and what was said before is missed", () => {
  const rooms = new Rooms("ada");
  rooms.cursors();
  const { joined: room } = rooms.member(member("launch", 1));
  assert.equal(rooms.ready(room, 7), false);
  rooms.told();
  const { joined: live } = rooms.member(member("plans", 2));
  assert.equal(rooms.ready(live, 7), true);
});

test("out and back before my log could tell: what was said meanwhile is missed", () => {
  const rooms = new Rooms("ada");
  rooms.told();
  const { joined: room } = rooms.member(member("launch", 1));
  assert.equal(rooms.ready(room, 5), true);
  rooms.member(member("launch", 2, { read: 5 })); // a read position: the stream goes on
  assert.equal(rooms.ready(room, 5), true);
  rooms.member(member("launch", 4, { joined: 20 }));
  assert.equal(rooms.ready(room, 20), false);
});

test("an answer of the server replaces what is older, and nothing that is newer", () => {
  const rooms = new Rooms("ada");
  rooms.member(member("stays", 8));
  rooms.member(member("old", 3));
  rooms.member(member("left", 9));
  rooms.member(member("left", 10, { member: false }));
  const { joined, left } = rooms.answer({ me: 8, rooms: [answer("general", 4), answer("left", 4), answer("stays", 5)] });
  assert.deepEqual([joined.map(({ name }) => name), left.map(({ name }) => name)], [["general"], ["old"]]);
  assert.deepEqual(rooms.all.map(({ name }) => name).sort(), ["general", "stays"]);
  assert.deepEqual(rooms.member(member("general", 8, { member: false })), {}); // it is in the answer
});

test("a page that stands further back has the room begin there", () => {
  const rooms = new Rooms("ada");
  rooms.answer({ me: 1, rooms: [answer("general", 10), answer("random", 10)] }, new Map([["general", 8]]));
  assert.equal(rooms.cursors(), "@ada:0,general:8,random:10");
});

test("what came before a room was known is not passed over in silence", () => {
  const rooms = new Rooms("ada");
  rooms.stray("general", 11);
  rooms.answer({ me: 1, rooms: [answer("general", 10)] });
  assert.equal(rooms.get("general").position, 11);
  assert.equal(rooms.get("general").certain, false);
});
