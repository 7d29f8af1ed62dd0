import assert from "node:assert/strict";
import test from "node:test";
import { Source } from "../static/js/model/source.js";
import { settle } from "../testing/fakes.mjs";

/** A source whose server gives an answer; everything that it tells is in seen. */
function bench(answer) {
  const seen = [];
  const source = new Source("/chat/stream", { fetch: async (...asked) => answer(...asked) });
  for (const type of ["open", "event", "closed"]) source.addEventListener(type, ({ detail }) => seen.push([type, detail]));
  return { source, seen };
}

const streamOf = (body) => new Response(body, { headers: { "Content-Type": "text/event-stream" } });

test("a stream is opened, read and ended", async () => {
  const { seen } = bench(() => streamOf("event: ping\ndata: {}\n\n"));
  await settle();
  await settle();
  assert.deepEqual(seen, [["open", null], ["event", { type: "ping", data: "{}" }], ["closed", { status: 0 }]]);
});

test("characters are whole, though their bytes come apart", async () => {
  const bytes = new TextEncoder().encode("data: grüße 🎈\n\n");
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const { seen } = bench(() => streamOf(body));
  await settle();
  await settle();
  assert.equal(seen[1][1].data, "grüße 🎈");
});

test("a refusal has its status, and what is no stream is none", async () => {
  for (const [answer, status] of [
    [new Response("{}", { status: 401 }), 401],
    [new Response("", { status: 503 }), 503],
    [new Response("<html>", { headers: { "Content-Type": "text/html" } }), 502],
  ]) {
    const { seen } = bench(() => answer);
    await settle();
    assert.deepEqual(seen, [["closed", { status }]]);
  }
});

test("no answer is no status; and after close nothing is told", async () => {
  const broken = bench(() => Promise.reject(new TypeError("network")));
  await settle();
  assert.deepEqual(broken.seen, [["closed", { status: 0 }]]);
  const { source, seen } = bench((_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", reject)));
  source.close();
  await settle();
  assert.deepEqual(seen, []);
});
