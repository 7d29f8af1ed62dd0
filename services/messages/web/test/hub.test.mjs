import assert from "node:assert/strict";
import test from "node:test";
import { FakeBrowser } from "../testing/pages.mjs";
import { FakeServer } from "../testing/server.mjs";

function bench(...names) {
  const server = new FakeServer();
  for (const name of names) {
    server.makeRoom(name);
    server.join(name);
  }
  return { server, browser: new FakeBrowser(server) };
}

const unread = (page) => Object.fromEntries([...page.rooms.values()].map(({ name, unread: count }) => [name, count]));

test("ten pages, one stream: all know the rooms, each gets the messages of its own", async () => {
  const { server, browser } = bench("general", "random");
  const pages = Array.from({ length: 10 }, (_, i) => browser.page(["general", "random", undefined][i % 3]));
  await browser.calm();
  assert.equal(server.streams.size, 1);
  assert.ok(pages.every(({ state }) => state === "live"));
  server.say("general", "bob", "hello");
  await browser.calm();
  assert.deepEqual(pages.map(({ messages }) => messages.join()), Array.from({ length: 10 }, (_, i) => (i % 3 === 0 ? "hello" : "")));
  for (const page of pages) assert.deepEqual(unread(page), { general: 1, random: 0 });
  pages[0].open.mark();
  await browser.calm();
  for (const page of pages) assert.deepEqual(unread(page), { general: 0, random: 0 });
  assert.equal(server.unread("general"), 0);
});

test("what is read as it comes never shows as unread", async () => {
  const { server, browser } = bench("general");
  const [reading, other] = [browser.page("general"), browser.page()];
  await browser.calm();
  const counts = [];
  other.line.addEventListener("rooms", () => counts.push(unread(other).general));
  reading.line.addEventListener("messages", () => reading.open.mark());
  server.say("general", "bob", "hello");
  await browser.calm();
  assert.deepEqual(new Set(counts), new Set([0]));
});

test("a page that was written before the last messages is given them", async () => {
  const { server, browser } = bench("general");
  browser.page();
  await browser.calm();
  const late = browser.page("general");
  for (const body of ["one", "two"]) server.say("general", "bob", body);
  await browser.calm();
  assert.deepEqual(late.messages, ["one", "two"]);
  assert.equal(late.resets, 0);
});

test("a page of the first hour is given what came before the stream", async () => {
  const { server, browser } = bench("general");
  const page = browser.page("general");
  server.say("general", "bob", "one");
  await browser.calm();
  assert.deepEqual([page.messages, page.resets], [["one"], 0]);
});

test("what can't be told to the last is loaded anew", async () => {
  const { server, browser } = bench("general");
  const first = browser.page("general");
  await browser.calm();
  first.line.close();
  await browser.calm(20_000);
  assert.equal(server.streams.size > 0 && [...server.streams][0].source.closed, true);
  server.streams.clear();
  const late = browser.page("general");
  for (let i = 0; i < 80; i++) server.say("general", "bob");
  await browser.calm();
  assert.ok(late.resets > 0);
});

test("the stream outlives a page for a while, and begins again with the next", async () => {
  const { server, browser } = bench("general");
  const first = browser.page("general");
  await browser.calm();
  first.line.close();
  await browser.calm(5000);
  const second = browser.page("general");
  await browser.calm(20_000);
  assert.equal([...server.streams].filter(({ source }) => !source.closed).length, 1);
  second.line.close();
  await browser.calm(20_000);
  assert.equal([...server.streams].filter(({ source }) => !source.closed).length, 0);
  const third = browser.page("general");
  await browser.calm();
  server.say("general", "bob", "hello");
  await browser.calm();
  assert.deepEqual([third.state, third.messages], ["live", ["hello"]]);
});

test("two pages write in one room: one send at a time, in order, and both see it", async () => {
  const { server, browser } = bench("general");
  const pages = [browser.page("general"), browser.page("general")];
  await browser.calm();
  server.down = true;
  for (let i = 0; i < 6; i++) pages[i % 2].outbox.add(`${i}`);
  await browser.calm();
  assert.deepEqual(pages.map(({ outbox }) => outbox.entries.map(({ body }) => body).join("")), ["012345", "012345"]);
  server.down = false;
  await browser.calm(60_000);
  assert.deepEqual(server.rooms.get("general").messages.map(({ body }) => body).join(""), "012345");
  assert.deepEqual(pages.map(({ outbox }) => outbox.entries), [[], []]);
  assert.equal(browser.storage.length, 0);
});

test("what was written in a room that is left is sent from anywhere, once", async () => {
  const { server, browser } = bench("general");
  const page = browser.page("general");
  page.outbox.add("one"); // there is no hub yet
  page.line.close();
  const next = browser.page();
  await browser.calm();
  assert.deepEqual(server.rooms.get("general").messages.map(({ body }) => body), ["one"]);
  assert.equal(next.shelf.keys("outbox:").length, 0);
});

test("signing out in one page reaches all, and leaves nothing", async () => {
  const { server, browser } = bench("general");
  const pages = [browser.page("general"), browser.page("general"), browser.page()];
  await browser.calm();
  server.say("general", "bob", "secret");
  pages[0].shelf.set("draft:general", "half a thought");
  pages[0].line.post({ type: "signout" });
  await browser.calm();
  assert.deepEqual(pages.map(({ left }) => left), ["signout", "signout", "signout"]);
  assert.deepEqual(Object.values(browser.db.stores).map(({ size }) => size), [0, 0, 0, 0]);
  assert.equal(browser.storage.length, 0);
});

test("signing out without a connection: everybody stays", async () => {
  const { server, browser } = bench("general");
  const page = browser.page("general");
  await browser.calm();
  let staying = 0;
  page.line.addEventListener("staying", () => staying++);
  server.down = true;
  page.line.post({ type: "signout" });
  await browser.calm();
  assert.deepEqual([staying, page.left], [1, null]);
});

test("the session was ended elsewhere: all pages are told why", async () => {
  const { server, browser } = bench("general");
  const pages = [browser.page("general"), browser.page()];
  await browser.calm();
  [...server.streams][0].source.send("end", { reason: "session" });
  await browser.calm();
  assert.deepEqual(pages.map(({ left }) => left), ["ended", "ended"]);
  assert.equal(browser.db.stores.me.size, 0);
});

test("removed from the open room: the page is told, and again when it is the reader's", async () => {
  const { server, browser } = bench("general", "launch");
  const page = browser.page("launch");
  await browser.calm();
  server.leave("launch");
  await browser.calm();
  assert.deepEqual([...page.rooms.keys()], ["general"]);
  server.join("launch");
  await browser.calm();
  assert.deepEqual([...page.rooms.keys()].sort(), ["general", "launch"]);
});

test("a worker that was ended without a word is missed, and nothing else is", async () => {
  const { server, browser } = bench("general");
  const pages = [browser.page("general"), browser.page("general")];
  await browser.calm();
  browser.killWorker();
  server.say("general", "bob", "missed");
  pages[0].outbox.add("written");
  await browser.calm(40_000);
  assert.equal(browser.hubs, 2);
  for (const page of pages) assert.deepEqual([page.state, ...page.messages], ["live", "missed", "written"]);
});

test("a page follows more rooms than the one that is open, until it does not", async () => {
  const { server, browser } = bench("general", "random");
  const page = browser.page("general");
  await browser.calm();
  const told = [];
  page.line.addEventListener("messages", ({ detail: { room, messages } }) => told.push(...messages.map(({ body }) => `${room} ${body}`)));
  const { head } = server.rooms.get("random");
  server.say("random", "bob", "before");
  page.line.post({ type: "follow", room: "random", at: head });
  await browser.calm();
  server.say("random", "bob", "after");
  await browser.calm();
  page.line.post({ type: "unfollow", room: "random" });
  await browser.calm();
  server.say("random", "bob", "unheard");
  server.say("general", "bob", "here");
  await browser.calm();
  assert.deepEqual(told, ["random before", "random after", "general here"]);
});

test("what is kept of a room is what a page is given at once", async () => {
  const { server, browser } = bench("general", "random");
  const page = browser.page("general");
  await browser.calm();
  for (const body of ["one", "two"]) server.say("random", "bob", body);
  await browser.calm();
  const kept = [];
  page.line.addEventListener("kept", ({ detail }) => kept.push(detail.kept && { ...detail.kept, messages: detail.kept.messages.map(({ body }) => body) }));
  page.line.post({ type: "look", room: "random" });
  page.line.post({ type: "look", room: "nowhere" });
  await browser.calm();
  assert.deepEqual(kept, [null, { messages: ["one", "two"], from: 0, at: 2 }]);
});

test("a page is live when the room that it shows is", async () => {
  const { browser } = bench("general", "random");
  const page = browser.page("general");
  await browser.calm();
  page.line.post({ type: "open", room: "random" });
  await browser.calm();
  assert.equal(page.state, "live");
});
