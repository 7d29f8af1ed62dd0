import assert from "node:assert/strict";
import test from "node:test";
import { MyRooms } from "../static/js/model/myrooms.js";

const names = (rooms) => rooms.all.map(({ name }) => name);

// The server's own order is tested with the same rooms in frame_test.go.
test("rooms stand in order of what they are called", () => {
  const rooms = new MyRooms({
    me: "ada",
    nameOf: (username) => ({ zoe: "adam" })[username] ?? username,
    rooms: [
      { name: "a-room", kind: "open", title: "Zebra" },
      { name: "dm-1", kind: "direct", people: ["ada", "zoe"] },
      { name: "general", kind: "open", title: "" },
      { name: "x2", kind: "open", title: "Éclair" },
      { name: "x1", kind: "open", title: "éclair" },
      { name: "z-room", kind: "private", title: "Apple" },
    ],
  });
  assert.deepEqual(names(rooms), ["dm-1", "z-room", "general", "a-room", "x1", "x2"]);
  rooms.put({ name: "z-room", kind: "private", title: "Pears" });
  assert.deepEqual(names(rooms), ["dm-1", "general", "z-room", "a-room", "x1", "x2"]);
});

test("what a room is called", () => {
  const rooms = new MyRooms({ me: "ada", nameOf: (username) => (username === "bob" ? "Bob" : username), rooms: [] });
  assert.equal(rooms.label({ name: "dm-1", kind: "direct", people: ["ada", "bob", "carol"] }), "Bob, carol");
  assert.equal(rooms.label({ name: "dm-2", kind: "direct", people: ["ada"] }), "Nobody else");
  assert.equal(rooms.label({ name: "launch", kind: "open", title: "" }), "launch");
});
