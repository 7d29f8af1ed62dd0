import assert from "node:assert/strict";
import { test } from "node:test";
import { EmojiSource, findRooms, PeopleSource } from "../static/js/model/proposals.js";

const members = [{ username: "ada", display_name: "Ada Lovelace" }, { username: "bob", display_name: "" }, { username: "grace", display_name: "Grace" }];
const names = (found) => found.map(({ username, group }) => username ?? `@${group}`);

function source(people = async () => ({ people: [] })) {
  const asked = [];
  return { asked, people: new PeopleSource({ members: async (room) => (asked.push(room), { members: [...members, { username: "me" }] }), people }, "me") };
}

test("people of the room are found by either name, groups after them", async () => {
  const { people, asked } = source();
  const room = { name: "general", kind: "open" };
  assert.deepEqual(names(await people.find("", room)), ["ada", "bob", "grace", "@room", "@here"]);
  assert.deepEqual(names(await people.find("love", room)), ["ada"]);
  assert.deepEqual(names(await people.find("ro", room)), ["@room"]);
  assert.deepEqual(asked, ["general"]);
});

test("others are found where they can read, and nobody twice", async () => {
  const all = [{ username: "bob" }, { username: "bobby", role: "member" }, { username: "bo", role: "guest" }, { username: "bot", banned: true }];
  const { people } = source(async () => ({ people: all }));
  assert.deepEqual(names(await people.find("bo", { name: "general", kind: "open" })), ["bob", "bobby"]);
  assert.deepEqual(names(await people.find("bo", { name: "launch", kind: "private" })), ["bob"]);
  assert.deepEqual(names(await people.find("", { name: "dm-1", kind: "direct" })), ["ada", "bob", "grace"]);
});

test("without a connection nobody is found, and it is tried again", async () => {
  let up = false;
  const people = new PeopleSource({ members: async () => { if (!up) throw new TypeError("no"); return { members }; }, people: async () => { throw new TypeError("no"); } });
  assert.deepEqual(names(await people.find("b", { name: "x", kind: "open" })), []);
  up = true;
  assert.deepEqual(names(await people.find("b", { name: "x", kind: "open" })), ["bob"]);
});

test("emoji are found by any of their names, and loaded once", async () => {
  let loads = 0;
  const emoji = new EmojiSource(async () => (loads++, [["🎉", "tada party"], ["👍", "+1 thumbsup"], ["🥳", "partying_face"]]));
  assert.equal(emoji.get("tada"), "");
  assert.deepEqual(await emoji.find("party"), [{ emoji: "🎉", name: "party" }, { emoji: "🥳", name: "partying_face" }]);
  assert.deepEqual(await emoji.find("thumbs"), [{ emoji: "👍", name: "thumbsup" }]);
  assert.equal(emoji.get("tada"), "🎉");
  assert.equal(loads, 1);
});

test("rooms that are mine, and can be written to", () => {
  const rooms = [{ name: "general", label: "General", kind: "open" }, { name: "genoa", label: "Genoa", kind: "open", archived: true }, { name: "dm-ge", label: "Gert", kind: "direct" }];
  assert.deepEqual(findRooms("ge", rooms).map(({ name }) => name), ["general"]);
});
