import assert from "node:assert/strict";
import test from "node:test";
import { tint } from "../static/js/model/tint.js";

test("a user's tint is the server's", () => {
  const want = { ada: 0, grace: 4, "linus.t": 2 }; // as in funcs_test.go
  for (const [username, colour] of Object.entries(want)) assert.equal(tint(username), colour, username);
});
