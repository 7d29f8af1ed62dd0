import assert from "node:assert/strict";
import test from "node:test";
import { Arrival } from "../static/js/arrival.js";
import { ApiError } from "../static/js/model/api.js";

const run = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => ({ id: first + i }));

/** kept: what the hub answers; undefined: nothing. page: what the server does, or an error. */
function bench({ kept, page = { messages: run(51, 100), head: 100, more: true } }) {
  const asked = [];
  const line = new EventTarget();
  line.post = ({ room }) => {
    if (kept !== undefined) queueMicrotask(() => line.dispatchEvent(new CustomEvent("kept", { detail: { room, kept } })));
  };
  const api = {
    async history(_, place) {
      asked.push(place ?? "newest");
      if (page instanceof Error) throw page;
      return page;
    },
  };
  return { asked, of: (summary) => new Arrival({ api, line }).of({ name: "general", unread: 0, read: 100, ...summary }) };
}

const ends = ({ messages, at, more, newer }) => [messages[0]?.id, messages.at(-1)?.id, at, more, newer];

test("what the hub has is shown at once, if it is enough", async () => {
  const { asked, of } = bench({ kept: { messages: run(61, 100), from: 60, at: 104 } });
  assert.deepEqual([ends(await of()), asked], [[61, 100, 104, true, false], []]);
  const short = bench({ kept: { messages: run(1, 3), from: 0, at: 3 } });
  assert.deepEqual([ends(await short.of()), short.asked], [[1, 3, 3, false, false], []]);
});

test("a few messages of many, or not all that is unread, are not enough", async () => {
  for (const [kept, summary] of [
    [{ messages: run(98, 100), from: 97, at: 100 }, {}],
    [{ messages: run(61, 100), from: 60, at: 100 }, { unread: 39, read: 50 }],
    [null, {}],
    [undefined, {}],
  ]) {
    const { asked, of } = bench({ kept });
    const found = await of(summary);
    assert.deepEqual([ends(found), found.from, asked], [[51, 100, 100, true, false], 50, ["newest"]]);
  }
});

test("where much is unread, it begins there", async () => {
  const { asked, of } = bench({ kept: null, page: { messages: run(1, 50), head: 200, more: false } });
  const found = await of({ unread: 100, read: 10 });
  assert.deepEqual([ends(found), found.from, asked], [[1, 50, 200, false, true], undefined, [{ around: 11 }]]);
});

test("without a connection there is what the hub has; a refusal is a refusal", async () => {
  const kept = { messages: run(98, 100), from: 97, at: 100 };
  assert.deepEqual(ends(await bench({ kept, page: new TypeError("network") }).of()), [98, 100, 100, true, false]);
  await assert.rejects(bench({ kept, page: new ApiError(404, "room_not_found", "") }).of());
  await assert.rejects(bench({ kept: null, page: new TypeError("network") }).of());
});
