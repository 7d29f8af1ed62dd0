import assert from "node:assert/strict";
import test from "node:test";
import { OpenRoom } from "../static/js/model/openroom.js";
import { Room } from "../static/js/model/room.js";
import { FakeBrowser } from "../testing/pages.mjs";
import { FakeServer } from "../testing/server.mjs";

const said = (id, username = "bob") => ({ id, revision: id, username });
const membership = (revision, read, reopened) => ({ revision, kind: "open", moderator: false, notify: "all", read, reopened });

function roomWith(...messages) {
  const room = new Room({ name: "general", me: "ada", position: 10, read: 10 });
  for (const message of messages) room.take(message, message.username === "ada");
  return room;
}

test("marked unread: what others said above is, and mine is not", () => {
  const room = roomWith(said(11), said(12, "ada"), said(13), said(14));
  room.mark(14);
  room.member(membership(2, 14, 0));
  room.member(membership(3, 10, 14));
  assert.equal(room.unread, 3);
  room.take({ ...said(12, "ada"), revision: 15 }, true); // mine from before, with a reaction
  assert.equal(room.unread, 3);
  room.take(said(16, "ada"), true);
  assert.equal(room.unread, 0);
});

test("marked unread twice while nobody said anything", () => {
  const room = roomWith(said(11), said(12), said(13));
  room.member(membership(2, 13, 0));
  room.member(membership(3, 12, 13));
  room.member(membership(4, 10, 13));
  assert.equal(room.unread, 3);
  room.member(membership(5, 12, 13)); // read in part
  assert.equal(room.unread, 1);
});

test("what the log told of it too late: what I have said since is read", () => {
  const room = roomWith(said(11), said(12), said(13, "ada"), said(14));
  room.member(membership(3, 10, 12));
  assert.equal(room.read, 13);
  assert.equal(room.unread, 1);
});

test("from further back than is kept, the server is asked; it says so, too", () => {
  const room = roomWith(said(11));
  room.member(membership(2, 11, 0));
  room.member(membership(3, 4, 11));
  assert.equal(room.certain, false);
  room.answer({ kind: "open", head: 11, read: 4, reopened: 11, unread: 5, title: "", topic: "", notify: "all" }, { older: false });
  assert.equal(room.unread, 5);
  const other = roomWith(said(11));
  other.mark(11);
  other.answer({ kind: "open", head: 11, read: 4, reopened: 11, unread: 5, title: "", topic: "", notify: "all" }, { older: false });
  assert.equal(other.unread, 5);
});

test("an open room that was marked unread stays so until it is left, or read on purpose", () => {
  const posted = [];
  const room = new OpenRoom({ name: "general", at: 20, read: 20, marked: 0, line: { post: (message) => posted.push(message) } });
  room.reopen(15);
  room.mark();
  assert.equal(room.read, 14);
  assert.equal(room.know({ read: 14, marked: 1 }), false); // known here
  room.mark();
  room.release();
  room.mark();
  assert.deepEqual(posted, [{ type: "unread", room: "general", id: 14 }, { type: "read", room: "general", id: 20 }]);
  assert.equal(room.know({ read: 9, marked: 2 }), true); // on another device
  room.mark();
  assert.equal(room.read, 9);
});

test("two pages and another device agree on what was marked unread", async () => {
  const server = new FakeServer();
  server.makeRoom("general");
  server.join("general");
  const browser = new FakeBrowser(server);
  const pages = [browser.page("general"), browser.page()];
  const unread = () => pages.map(({ rooms }) => rooms.get("general").unread);
  await browser.calm();
  for (let i = 0; i < 3; i++) server.say("general", "bob");
  await browser.calm();
  pages[0].open.mark();
  await browser.calm();
  assert.deepEqual([unread(), server.unread("general")], [[0, 0], 0]);
  pages[0].open.reopen(2);
  await browser.calm();
  assert.deepEqual([unread(), server.unread("general")], [[2, 2], 2]);
  server.say("general", "bob");
  pages[0].open.mark();
  await browser.calm();
  assert.deepEqual([unread(), server.unread("general")], [[3, 3], 3]);
  pages[0].open.release();
  pages[0].open.mark();
  await browser.calm();
  assert.deepEqual([unread(), server.unread("general")], [[0, 0], 0]);
  server.markUnread("general", 1); // on another device
  await browser.calm();
  assert.deepEqual([unread(), server.unread("general")], [[3, 3], 3]);
});

test("marked unread without a connection: it is told when there is one again, unless it was read since", async () => {
  for (const [readSince, want] of [[false, 2], [true, 0]]) {
    const server = new FakeServer();
    server.makeRoom("general");
    server.join("general");
    const browser = new FakeBrowser(server);
    const page = browser.page("general");
    await browser.calm();
    for (let i = 0; i < 2; i++) server.say("general", "bob");
    await browser.calm();
    page.open.mark();
    await browser.calm();
    server.down = true;
    page.open.reopen(1);
    await browser.calm();
    if (readSince) {
      page.open.release();
      page.open.mark();
    }
    server.down = false;
    await browser.calm(20_000);
    assert.equal(server.unread("general"), want);
  }
});
