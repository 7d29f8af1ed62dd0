import assert from "node:assert/strict";
import test from "node:test";
import { Line } from "../static/js/model/line.js";
import { ways } from "../static/js/model/ways.js";
import { Clock, settle } from "../testing/fakes.mjs";

const makeHub = () => ({ accept: (port) => (port.receive = ({ type }) => port.post({ type: "got", what: type })), close() {} });

test("hello to every hub, and the next way when one fails", async () => {
  class SharedWorker {
    port = { postMessage() {} };

    constructor() {
      queueMicrotask(() => this.onerror()); // its script could not be loaded
    }
  }
  const line = new Line(ways("ada", { scope: { SharedWorker }, worker: "/worker.js", makeHub }), { clock: new Clock() });
  const got = [];
  line.addEventListener("got", ({ detail }) => got.push(detail.what));
  line.open(() => ({ room: "general" }));
  await settle();
  line.post({ type: "read" });
  await settle();
  assert.deepEqual(got.filter((what) => what !== "ping"), ["hello", "read"]);
});

test("where workers are forbidden the page goes on without", async () => {
  class SharedWorker {
    constructor() {
      throw new Error("SecurityError");
    }
  }
  const line = new Line(ways("ada", { scope: { SharedWorker }, worker: "/worker.js", makeHub }), { clock: new Clock() });
  let got = 0;
  line.addEventListener("got", ({ detail }) => (got += detail.what === "hello"));
  line.open(() => ({}));
  await settle();
  assert.equal(got, 1);
  line.close();
  line.post({ type: "read" });
  await settle();
  assert.equal(got, 1); // a page that was put away hears nothing
});
