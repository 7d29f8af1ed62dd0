import assert from "node:assert/strict";
import test from "node:test";

import { TellTyping } from "../static/js/model/telltyping.js";
import { Typists, typingText } from "../static/js/model/typists.js";
import { TypingVoice } from "../static/js/model/typingvoice.js";

function typists(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const all = new Typists({ me: "ada" });
  const changes = [];
  all.addEventListener("change", ({ detail }) => changes.push(detail.room));
  return { all, changes };
}

test("who writes is known for five seconds after it was last told", (t) => {
  const { all, changes } = typists(t);
  all.hear({ room: "general", username: "bob" });
  t.mock.timers.tick(4000);
  all.hear({ room: "general", username: "bob" });
  all.hear({ room: "general", username: "cy" });
  t.mock.timers.tick(4999);
  assert.deepEqual(all.in("general"), ["bob", "cy"]);
  assert.deepEqual(changes, ["general", "general"]);
  t.mock.timers.tick(1);
  assert.deepEqual(all.in("general"), []);
  assert.equal(changes.length, 4);
});

test("rooms are apart, and one's own writing is no news", (t) => {
  const { all, changes } = typists(t);
  all.hear({ room: "general", username: "bob" });
  all.hear({ room: "launch", username: "ada" });
  assert.deepEqual(all.in("launch"), []);
  assert.deepEqual(changes, ["general"]);
});

test("who has said it writes no more", (t) => {
  const { all, changes } = typists(t);
  all.hear({ room: "general", username: "bob" });
  all.done({ room: "general", username: "bob" });
  all.done({ room: "general", username: "bob" });
  all.done({ room: "nowhere", username: "bob" });
  assert.deepEqual(all.in("general"), []);
  assert.equal(changes.length, 2);
});

test("what is said of them", () => {
  assert.equal(typingText([]), "");
  assert.equal(typingText(["bob"]), "bob is typing…");
  assert.equal(typingText(["bob", "cy"]), "bob and cy are typing…");
  assert.equal(typingText(["bob", "cy", "dora"]), "Several people are typing…");
});

test("others are told every three seconds, and at once after a message was sent", () => {
  let now = 0;
  const sent = [];
  const tell = new TellTyping({ send: async (room) => sent.push(`${room} ${now}`), now: () => now });
  for (now = 0; now < 7000; now += 500) tell.typed("general", "x");
  tell.typed("launch", "  ");
  tell.typed("launch", "x");
  tell.sent("launch");
  tell.typed("launch", "y");
  assert.deepEqual(sent, ["general 0", "general 3000", "general 6000", "launch 7000", "launch 7000"]);
});

test("a refusal is nobody's concern", async () => {
  const tell = new TellTyping({ send: () => Promise.reject(new Error("no")), now: () => 0 });
  tell.typed("general", "x");
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the test
});

test("who listens is told as it begins, and not again for half a minute", () => {
  let now = 0;
  const said = [];
  const voice = new TypingVoice({ say: (text) => said.push(`${text} ${now}`), now: () => now });
  voice.shows("general", "");
  for (now = 0; now <= 31_000; now += 1000) {
    voice.shows("general", "bob is typing…");
    voice.shows("general", "");
  }
  voice.shows("launch", "cy is typing…");
  assert.deepEqual(said, ["bob is typing… 0", "bob is typing… 30000", "cy is typing… 32000"]);
});
