import assert from "node:assert/strict";
import test from "node:test";
import { newClientId } from "../static/js/model/clientid.js";

test("client ids exist without a secure context too", () => {
  const insecure = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  assert.match(newClientId(insecure), /^[0-9a-f]{32}$/);
  assert.notEqual(newClientId(insecure), newClientId(insecure));
  assert.match(newClientId(), /^[0-9a-f-]{36}$/);
});
