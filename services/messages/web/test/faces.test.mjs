import assert from "node:assert/strict";
import test from "node:test";
import { Dates } from "../static/js/model/dates.js";
import { Faces } from "../static/js/model/faces.js";
import { MyRooms } from "../static/js/model/myrooms.js";

/** A clock whose time is over when the test says so. */
function bench(answer = () => []) {
  const due = [];
  const asked = [];
  const faces = new Faces({ clock: { setTimeout: (act) => due.push(act) } });
  let changes = 0;
  faces.addEventListener("change", () => changes++);
  faces.begin({ ada: { version: 3, display_name: "Ada" }, bob: { version: 0 } }, async (names) => {
    asked.push(names);
    return answer(names);
  });
  return {
    faces,
    asked,
    get changes() {
      return changes;
    },
    async later() {
      while (due.length > 0) await due.shift()();
    },
  };
}

test("people are called by their names, else by their usernames", () => {
  const { faces } = bench();
  assert.equal(faces.name("ada"), "Ada");
  assert.equal(faces.name("bob"), "bob");
});

test("of two looks the later holds, in whatever order they come", () => {
  const it = bench();
  const before = it.changes;
  it.faces.take({ username: "ada", version: 5, display_name: "Lady Ada" });
  it.faces.take({ username: "ada", version: 4, display_name: "Countess" });
  assert.equal(it.faces.name("ada"), "Lady Ada");
  assert.equal(it.changes - before, 1);
  it.faces.take({ username: "ada", version: 5, display_name: "Lady Ada" }); // by another room's log
  assert.equal(it.changes - before, 1);
});

test("who is not known is asked for, once and together", async () => {
  const it = bench((names) => names.filter((name) => name === "eve").map((username) => ({ username, version: 1, display_name: "Eve" })));
  assert.equal(it.faces.name("eve"), "eve");
  for (const name of ["eve", "gone", "eve"]) it.faces.name(name);
  await it.later();
  assert.deepEqual(it.asked, [["eve", "gone"]]);
  assert.equal(it.faces.name("eve"), "Eve");
  assert.equal(it.faces.name("gone"), "gone");
  await it.later();
  assert.equal(it.asked.length, 1);
});

test("who could not be asked for is asked for again", async () => {
  let away = true;
  const it = bench((names) => {
    if (away) throw new TypeError("no connection");
    return names.map((username) => ({ username, version: 1, display_name: "Eve" }));
  });
  it.faces.name("eve");
  await it.later();
  away = false;
  it.faces.name("eve");
  await it.later();
  assert.equal(it.faces.name("eve"), "Eve");
});

test("all are asked for anew where positions did not tell", async () => {
  const it = bench((names) => names.map((username) => ({ username, version: 9, display_name: username.toUpperCase() })));
  it.faces.refresh();
  await it.later();
  assert.deepEqual(it.asked, [["ada", "bob"]]);
  assert.equal(it.faces.name("bob"), "BOB");
});

test("a status is over at its time", () => {
  const { faces } = bench();
  faces.take({ username: "ada", version: 6, status_emoji: "🌴", status_until: "2026-12-01T12:00:00.000000Z" });
  assert.equal(faces.emoji("ada", Date.parse("2026-12-01T11:59:59Z")), "🌴");
  assert.equal(faces.emoji("ada", Date.parse("2026-12-01T12:00:00Z")), "");
});

test("rooms of people are called as these are", () => {
  const names = { bob: "bob" };
  const rooms = new MyRooms({ me: "ada", nameOf: (username) => names[username] ?? username, rooms: [{ name: "dm-1", kind: "direct", people: ["ada", "bob"] }, { name: "general", kind: "open", title: "G" }] });
  names.bob = "Zoltan";
  assert.deepEqual(rooms.rename().map(({ name, label }) => [name, label]), [["dm-1", "Zoltan"]]);
  assert.deepEqual(rooms.all.map(({ name }) => name), ["general", "dm-1"]);
  assert.deepEqual(rooms.rename(), []);
});

test("days begin in the zone that was chosen, and have names of its language", () => {
  const at = (text) => new Date(text);
  const dates = new Dates(["en-GB"], { language: "de", zone: "Asia/Tokyo" });
  assert.equal(dates.day(at("2026-11-30T16:00:00Z"), at("2026-12-01T03:00:00Z")), "Heute"); // both on 1 December there
  assert.equal(dates.day(at("2026-11-30T14:00:00Z"), at("2026-12-01T03:00:00Z")), "Gestern");
  assert.equal(dates.time(at("2026-11-30T16:05:00Z")), "1:05");
  assert.equal(dates.day(at("2026-05-05T00:00:00Z"), at("2026-12-01T03:00:00Z")), "Dienstag, 5. Mai");
});

test("a zone and a language that the browser does not know are none", () => {
  const dates = new Dates(["en-GB"], { language: "x_y", zone: "Moon/Sea" });
  assert.equal(dates.day(new Date(), new Date()), "Today");
});
