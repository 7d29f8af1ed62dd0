import assert from "node:assert/strict";
import test from "node:test";
import { Room } from "../static/js/model/room.js";

const message = (id, revision = id) => ({ id, revision });

test("unread: those that others said above what was read", () => {
  const room = new Room({ name: "general", position: 10, read: 10 });
  room.take(message(11), false);
  room.take(message(12), false);
  assert.equal(room.unread, 2);
  room.take(message(13), true);
  assert.equal(room.unread, 0);
  room.take(message(14), false);
  room.take(message(12, 15), false); // an edit
  assert.equal(room.unread, 1);
  assert.equal(room.mark(15), true);
  assert.equal(room.mark(15), false);
  assert.equal(room.unread, 0);
});

test("a deleted message lowers what is unread, an edit does not, a reply in a thread never counts", () => {
  const room = new Room({ name: "general", position: 10, read: 10 });
  for (let id = 11; id <= 14; id++) room.take(message(id), false);
  room.take({ ...message(15), thread: 11 }, false);
  assert.equal(room.unread, 4);
  room.take(message(12, 16), false);
  assert.equal(room.unread, 4);
  room.take({ ...message(12, 17), deleted: true }, false);
  assert.equal(room.unread, 3);
});

test("a deleted message lowers what the server counted, once, and what it knew already not at all", () => {
  const room = new Room({ name: "general", position: 52, read: 20 });
  const answer = { kind: "open", head: 52, read: 20, unread: 7, title: "", topic: "", notify: "all" };
  room.answer(answer, { older: false });
  room.take({ ...message(30, 53), deleted: true }, false);
  room.take({ ...message(30, 53), deleted: true }, false);
  assert.equal(room.unread, 6);
  room.take({ ...message(15, 54), deleted: true }, false); // it was read
  room.take({ ...message(19, 55), deleted: true }, true); // mine
  assert.equal(room.unread, 6);
  room.answer({ ...answer, head: 60, unread: 5 }, { older: false }); // ahead of us
  room.take({ ...message(31, 56), deleted: true }, false);
  assert.equal(room.unread, 5);
});

test("of more than 99 that one was deleted is not enough to know", () => {
  const room = new Room({ name: "general", position: 500, read: 20 });
  room.answer({ kind: "open", head: 500, read: 20, unread: 100, title: "", topic: "", notify: "all" }, { older: false });
  room.take({ ...message(30, 501), deleted: true }, false);
  assert.equal(room.certain, false);
});

test("what the server counted goes on with what comes", () => {
  const room = new Room({ name: "general", position: 50, read: 20 });
  room.answer({ kind: "open", head: 52, read: 20, unread: 7, title: "", topic: "", notify: "all" }, { older: false });
  assert.equal(room.unread, 7);
  room.take(message(51), false); // it counted these
  room.take(message(52), false);
  assert.equal(room.unread, 7);
  room.take(message(53), false);
  assert.equal(room.unread, 8);
});

test("read in part on another device: exact where we can see, else the server is asked", () => {
  const room = new Room({ name: "general", position: 50, read: 20 });
  const membership = { revision: 3, kind: "open", moderator: false, notify: "all" };
  room.answer({ kind: "open", head: 50, read: 20, unread: 7, title: "", topic: "", notify: "all" }, { older: false });
  for (let id = 51; id <= 54; id++) room.take(message(id), false);
  assert.equal(room.unread, 11);
  room.member({ ...membership, read: 30 });
  assert.equal(room.certain, false);
  assert.equal(room.unread, 11); // as before
  room.member({ ...membership, read: 52 });
  assert.equal(room.certain, true);
  assert.equal(room.unread, 2);
});

test("an answer from when the room began tells its title, though a message came since", () => {
  const room = new Room({ name: "launch", position: 10, read: 10 });
  const answer = { kind: "open", head: 9, read: 9, unread: 0, title: "Launch", topic: "", notify: "all" };
  room.take(message(11), false);
  room.answer(answer, { older: false });
  assert.equal(room.titled, false); // it may have been renamed at 10
  room.answer({ ...answer, head: 10 }, { older: false });
  assert.equal(room.titled, true);
  room.change({ revision: 12, kind: "open", title: "Lunch", topic: "", archived: false });
  room.answer({ ...answer, head: 11 }, { older: false });
  assert.deepEqual([room.titled, room.title], [true, "Lunch"]);
  room.jump(20);
  room.answer({ ...answer, head: 12 }, { older: false });
  assert.equal(room.titled, false);
});

test("more than 99 are a hundred, and a hundred messages are kept", () => {
  const room = new Room({ name: "general", position: 0, read: 0 });
  const dropped = [];
  for (let id = 1; id <= 250; id++) dropped.push(...room.take(message(id), false).drop);
  assert.equal(room.unread, 100);
  assert.equal(room.certain, true);
  assert.equal(room.keptIds.length, 100);
  assert.deepEqual(dropped, Array.from({ length: 150 }, (_, i) => i + 1));
  room.mark(201);
  assert.equal(room.unread, 49);
});

test("whole: every change after it is to a message that is kept", () => {
  const room = new Room({ name: "general", position: 10 });
  assert.equal(room.whole, 10);
  room.take(message(11), false);
  assert.equal(room.whole, 10);
  assert.equal(room.take(message(5, 12), false).keep, false); // an edit far above
  assert.equal(room.whole, 12);
});

test("a page that was written with more fills what is kept, if it joins", () => {
  const room = new Room({ name: "general", position: 60, read: 60 });
  room.take(message(61), false);
  const written = Array.from({ length: 50 }, (_, i) => message(i + 11));
  assert.deepEqual(room.seed(written, 10, 59), []); // it is behind what we know
  assert.equal(room.seed(written, 10, 60).length, 50);
  assert.equal(room.keptIds.length, 51);
  assert.deepEqual(room.seed(written, 10, 61), []);
});

test("a jump forgets what is kept, and one back what was read beyond", () => {
  const room = new Room({ name: "general", position: 60, read: 60 });
  room.take(message(61), false);
  assert.deepEqual(room.jump(5), [61]);
  assert.deepEqual([room.position, room.read, room.acked, room.unread], [5, 5, 5, 0]);
  room.take(message(6), false);
  assert.equal(room.unread, 1);
});

test("what is kept of a room brings it back", () => {
  const room = new Room({ name: "general", position: 10, read: 9, notify: "none", title: "General" });
  room.answer({ kind: "open", head: 10, read: 9, unread: 1, title: "General", topic: "x", notify: "none" }, { older: false });
  room.take(message(11), false);
  const again = new Room(structuredClone(room.record()));
  assert.deepEqual(again.record(), room.record());
  assert.equal(again.unread, 2);
});

const answer = { kind: "open", head: 52, read: 20, unread: 7, title: "", topic: "", notify: "all" };
const calls = (id, mentions, revision = id) => ({ ...message(id, revision), mentions });

test("mentions: those in what is unread that mean me, by name or in a group", () => {
  const room = new Room({ name: "general", me: "ada", position: 10, read: 10 });
  room.take(calls(11, ["ada"]), false);
  room.take(calls(12, ["bob", "@room"]), false);
  room.take(calls(13, ["bob"]), false);
  room.take({ ...calls(14, ["@here"]), thread: 11 }, false);
  assert.deepEqual([room.unread, room.mentions], [3, 2]);
  assert.equal(room.summary().mentions, 2);
  room.take({ ...calls(11, [], 15), edited_at: "now" }, false);
  room.take({ ...message(12, 16), deleted: true }, false);
  assert.deepEqual([room.unread, room.mentions], [2, 0]);
  room.take(calls(17, ["@here"]), false);
  room.mark(17);
  assert.deepEqual([room.unread, room.mentions], [0, 0]);
});

test("mentions that the server counted go on with what comes, and are asked for where one may have changed", () => {
  const room = new Room({ name: "general", me: "ada", position: 52, read: 20 });
  room.answer({ ...answer, mentions: 1 }, { older: false });
  room.take(calls(53, ["ada"]), false);
  assert.deepEqual([room.unread, room.mentions, room.certain], [8, 2, true]);
  room.take({ ...message(30, 54), edited_at: "now" }, false);
  assert.equal(room.certain, false);
  room.answer({ ...answer, head: 54, unread: 8, mentions: 0 }, { older: false });
  room.take({ ...message(31, 55), edited_at: "now" }, false); // nothing to lose
  room.take({ ...message(32, 56), deleted: true }, false);
  assert.deepEqual([room.unread, room.mentions, room.certain], [7, 0, true]);
  room.take({ ...calls(33, ["ada"], 57), edited_at: "now" }, false);
  assert.equal(room.certain, false);
});

test("what was counted stays known when the oldest of what is kept goes", () => {
  const room = new Room({ name: "general", me: "ada", position: 52, read: 20 });
  room.answer({ ...answer, mentions: 3 }, { older: false });
  for (let id = 53; id <= 400; id++) room.take(calls(id, id % 100 === 0 ? ["ada"] : []), false);
  assert.deepEqual([room.unread, room.mentions, room.certain], [100, 7, true]);
  const again = new Room({ ...room.record(), me: "ada" });
  assert.deepEqual([again.unread, again.mentions, again.certain], [100, 7, true]);
});

test("an answer that is ahead of us is not counted twice when the oldest goes", () => {
  const room = new Room({ name: "general", me: "ada", position: 150, read: 20 });
  for (let id = 151; id <= 250; id++) room.take(message(id), true);
  const ahead = new Room({ ...room.record(), read: 20, me: "ada" });
  ahead.answer({ ...answer, head: 255, read: 20, unread: 5 }, { older: false });
  for (let id = 251; id <= 256; id++) ahead.take(message(id), false);
  assert.equal(ahead.unread, 6);
});

test("what has expired is not unread, nor kept", () => {
  const room = new Room({ name: "general", position: 10, read: 10 });
  for (let id = 11; id <= 15; id++) room.take(message(id), false);
  assert.deepEqual(room.change({ revision: 16, floor: 13 }), [11, 12, 13]);
  assert.deepEqual([room.read, room.unread, room.certain], [13, 2, true]);
  assert.deepEqual(room.change({ revision: 17, floor: 12 }), []);
  assert.equal(new Room(room.record()).summary().floor, 13);
  assert.deepEqual(room.seed([message(12), message(14)], 0, 17), [], "a page of before has what is gone");
  room.member({ revision: 1, kind: "open", read: 5, notify: "all" });
  assert.equal(room.unread, 2, "what was read is not less than what is gone");
});

test("what the server counted is not known any more where some of it has expired", () => {
  const room = new Room({ name: "general", position: 200, read: 20 });
  room.answer({ kind: "open", head: 200, read: 20, unread: 70, title: "", topic: "", notify: "all" }, { older: false });
  room.change({ revision: 201, floor: 20 });
  assert.deepEqual([room.unread, room.certain], [70, true]);
  room.change({ revision: 202, floor: 60 });
  assert.equal(room.certain, false);
  room.answer({ kind: "open", head: 202, read: 60, unread: 40, title: "", topic: "", notify: "all", floor: 60 }, { older: false });
  assert.deepEqual([room.unread, room.certain], [40, true]);
});

test("a room that was marked unread before all of it expired is not marked again", () => {
  const room = new Room({ name: "general", position: 60, read: 50 });
  room.member({ revision: 1, kind: "open", read: 40, reopened: 60, notify: "all" });
  room.change({ revision: 61, floor: 55 });
  const { marked } = room.summary();
  room.member({ revision: 2, kind: "open", read: 40, reopened: 60, notify: "none" });
  assert.deepEqual([room.summary().marked, room.read], [marked, 55]);
});
