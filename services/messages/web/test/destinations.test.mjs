import assert from "node:assert/strict";
import { test } from "node:test";
import { destinations, neighbour } from "../static/js/model/destinations.js";

const room = (name, more = {}) => ({ name, label: name, kind: "open", unread: 0, notify: "all", ...more });
const rooms = [room("attic", { archived: true }), room("design"), room("dm-1", { kind: "direct", label: "Grace", unread: 2 }), room("general"), room("launch", { unread: 1 })];
const named = (found) => found.map(({ kind, room: r, person, command, query }) => `${kind} ${r?.name ?? person?.username ?? command?.label ?? query}`);

test("without a query: what is unread, then what was visited last", () => {
  assert.deepEqual(named(destinations("", { rooms, recent: ["general", "design", "launch"], open: "general" })),
    ["room launch", "room dm-1", "room design"]);
});

test("with one: what fits best, rooms, people and commands alike, and a search at the end", () => {
  const found = destinations("ge", {
    rooms, recent: [], open: null,
    people: [{ username: "gerd", display_name: "" }, { username: "x", display_name: "Helge" }],
    commands: [{ label: "Get help" }, { label: "Sign out" }],
  });
  assert.deepEqual(named(found), ["room general", "person gerd", "command Get help", "person x", "room dm-1", "search ge"]);
  assert.deepEqual(named(destinations("#des", { rooms, recent: [] })).slice(0, 1), ["room design"]);
  assert.deepEqual(named(destinations("att", { rooms, recent: [] }))[0], "room attic");
});

test("of equals, the one that was visited last", () => {
  const alike = [room("team-a"), room("team-b"), room("team-c")];
  assert.deepEqual(named(destinations("team", { rooms: alike, recent: ["team-c", "team-b"] })).slice(0, 3), ["room team-c", "room team-b", "room team-a"]);
});

test("the next room, as the side lists them, and round", () => {
  assert.equal(neighbour(rooms, "design", 1).name, "general");
  assert.equal(neighbour(rooms, "launch", 1).name, "dm-1");
  assert.equal(neighbour(rooms, "dm-1", 1).name, "attic");
  assert.equal(neighbour(rooms, "attic", -1).name, "dm-1");
  assert.equal(neighbour(rooms, null, 1).name, "attic");
  assert.equal(neighbour(rooms, null, -1).name, "dm-1");
  assert.equal(neighbour(rooms, "design", 1, true).name, "launch");
  assert.equal(neighbour(rooms, "launch", 1, true).name, "dm-1");
  assert.equal(neighbour([room("only")], "only", 1), null);
  assert.equal(neighbour([], null, 1), null);
});
