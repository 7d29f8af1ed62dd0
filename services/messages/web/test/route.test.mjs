import assert from "node:assert/strict";
import test from "node:test";
import { routeOf } from "../static/js/model/route.js";

const cases = {
  "/chat/general": { view: "room", room: "general" },
  "/chat/general/42": { view: "room", room: "general", id: 42 },
  "/chat/general#m42": { view: "room", room: "general", id: 42 },
  "/chat/general/7#m42": { view: "room", room: "general", id: 7 },
  "/chat/general#top": { view: "room", room: "general" },
  "/search?q=two+words": { view: "search", q: "two words" },
  "/search": { view: "search", q: "" },
  "/mentions#m42": { view: "mentions" },
  "/search/x": null,
  "/chat": null,
  "/chat/": null,
  "/chat/general/members": null,
  "/chat/general/42/versions": null,
  "/chat/-x": null,
  "/chat/General": null,
  "/people/ada": null,
};

for (const [address, route] of Object.entries(cases)) {
  test(`${address} shows ${JSON.stringify(route)}`, () => {
    assert.deepEqual(routeOf(new URL(address, "https://chat.example")), route);
  });
}
