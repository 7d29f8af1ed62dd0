import assert from "node:assert/strict";
import test from "node:test";
import { Election } from "../static/js/model/election.js";
import { fakeChannels } from "../testing/fakes.mjs";
import { FakeBrowser } from "../testing/pages.mjs";
import { FakeServer } from "../testing/server.mjs";

/** A browser without SharedWorker. */
function bench() {
  const server = new FakeServer();
  server.makeRoom("general");
  server.join("general");
  const browser = new FakeBrowser(server);
  const Channel = fakeChannels();
  let ids = 0;
  const page = () => {
    const id = `page-${++ids}`;
    const link = () => new Election({ name: "parley:ada", id, makeHub: browser.makeHub, locks: browser.locks, Channel });
    return browser.page("general", { link });
  };
  const open = () => [...server.streams].filter(({ source }) => !source.closed).length;
  return { server, browser, page, open };
}

test("one page is elected, and holds the one stream", async () => {
  const { server, browser, page, open } = bench();
  const pages = [page(), page(), page()];
  await browser.calm();
  assert.deepEqual([browser.hubs, open()], [1, 1]);
  server.say("general", "bob", "hello");
  await browser.calm();
  assert.deepEqual(pages.map(({ state, messages }) => [state, ...messages]), Array(3).fill(["live", "hello"]));
});

test("when it closes the next takes over, and nobody misses anything", async () => {
  const { server, browser, page, open } = bench();
  const pages = [page(), page(), page()];
  await browser.calm();
  server.say("general", "bob", "one");
  await browser.calm();
  pages[0].line.close();
  server.say("general", "bob", "two");
  await browser.calm();
  server.say("general", "bob", "three");
  await browser.calm();
  assert.deepEqual([browser.hubs, open()], [2, 1]);
  assert.deepEqual(pages.slice(1).map(({ messages }) => messages.join()), Array(2).fill("one,two,three"));
});

test("what was to be sent is sent by the next, once and in order", async () => {
  const { server, browser, page } = bench();
  const pages = [page(), page()];
  await browser.calm();
  server.down = true;
  server.cut();
  for (let i = 0; i < 6; i++) pages[i % 2].outbox.add(`${i}`);
  await browser.calm(500);
  pages[0].line.close();
  await browser.calm();
  server.down = false;
  await browser.calm(60_000);
  assert.equal(server.rooms.get("general").messages.map(({ body }) => body).join(""), "012345");
  assert.deepEqual(pages[1].outbox.entries, []);
  assert.equal(browser.storage.length, 0);
});

test("a page that was put away comes back", async () => {
  const { server, browser, page } = bench();
  const [only] = [page()];
  await browser.calm();
  only.line.close();
  await browser.calm();
  server.say("general", "bob", "hello");
  only.line.resume();
  await browser.calm();
  assert.deepEqual([only.state, only.messages], ["live", ["hello"]]);
});
