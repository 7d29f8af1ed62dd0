import assert from "node:assert/strict";
import test from "node:test";
import { ApiError } from "../static/js/model/api.js";
import { History } from "../static/js/model/history.js";
import { Loader } from "../static/js/model/loader.js";

const run = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => ({ id: first + i, revision: first + i }));

/** A room of 400 messages at a server that answers as the contract says; what is loaded of it; and its loader. */
function bench({ loaded = [], hasOlder = true, atNewest = true, at = 400 } = {}) {
  const server = { messages: run(1, 400), head: 400, asked: [], error: null };
  const api = {
    async history(_room, { before, after, around, limit = 50 }) {
      server.asked.push({ before, after, around });
      if (server.error) throw server.error;
      const { messages: all, head } = server;
      if (after !== undefined) {
        const found = all.filter(({ id }) => id > after);
        return { messages: found.slice(0, limit), head, more: found.length > limit };
      }
      const older = all.filter(({ id }) => id < (before ?? around ?? Infinity));
      if (around === undefined) return { messages: older.slice(-limit), head, more: older.length > limit };
      const half = older.slice(-limit / 2);
      return { messages: [...half, ...all.filter(({ id }) => id >= around).slice(0, limit - half.length)], head, more: older.length > limit / 2 };
    },
  };
  const history = new History(300);
  history.join(loaded);
  Object.assign(history, { hasOlder, atNewest });
  const changes = [];
  let signedOut = 0;
  const apply = (change, { stays = true } = {}) => {
    changes.push(stays ? "held" : "moved");
    change();
  };
  const loader = new Loader({ room: { name: "general", at }, api, history, apply, onSignedOut: () => signedOut++ });
  return { server, history, loader, changes, span: () => [history.first?.id, history.last?.id, history.hasOlder, history.atNewest], out: () => signedOut };
}

test("older messages join on above, in place", async () => {
  const { loader, span, changes } = bench({ loaded: run(351, 400) });
  assert.equal(await loader.older(), true);
  assert.deepEqual([span(), changes], [[301, 400, true, true], ["held"]]);
  for (let i = 0; i < 6; i++) await loader.older();
  assert.deepEqual(span(), [1, 300, false, false], "the newest are let go");
});

test("newer messages come by whole pages, until they meet the stream", async () => {
  const { loader, span, server } = bench({ loaded: run(281, 330), atNewest: false });
  await loader.newer();
  await loader.newer();
  assert.deepEqual([span(), server.asked.length], [[281, 400, true, true], 2]);
  const behind = bench({ loaded: run(351, 390), atNewest: false, at: 401 });
  await behind.loader.newer();
  assert.deepEqual(behind.span(), [351, 400, true, false], "the stream has told of more");
});

test("around a message, or where the unread begins", async () => {
  const { loader, span, changes } = bench({ loaded: run(351, 400) });
  assert.equal(await loader.around(100), true);
  assert.deepEqual([span(), changes], [[75, 124, true, false], ["held"]]);
  await loader.from(390);
  assert.deepEqual(span(), [366, 400, true, true]);
  assert.equal(await loader.around(9999), false);
  assert.deepEqual(span(), [366, 400, true, true], "nothing has changed");
});

test("back to the newest, which may be there already", async () => {
  const { loader, span, server, changes } = bench({ loaded: run(75, 124), atNewest: false });
  await loader.newest();
  await loader.newest();
  assert.deepEqual([span(), server.asked.length, changes], [[351, 400, true, true], 1, ["moved"]]);
});

test("a reset loads what was loaded; at the end, what follows that was read; beyond it, the newest", async () => {
  const { loader, span } = bench({ loaded: run(75, 124), atNewest: false });
  await loader.reset(400, { goOn: () => null });
  assert.deepEqual(span(), [1, 124, false, false]);
  await loader.reset(400, { goOn: () => 200 });
  assert.deepEqual(span(), [176, 225, true, false]);
  await loader.reset(400, { goOn: () => 390 });
  assert.deepEqual(span(), [366, 400, true, true]);
  await loader.reset(400, { goOn: () => 400 });
  assert.deepEqual(span(), [351, 400, true, true]);
  await loader.reset(300, { goOn: () => null });
  assert.deepEqual(span(), [351, 400, true, true]);
});

test("one load at a time; what fails is told, and the end of a session to who cares", async () => {
  const { loader, server, out } = bench({ loaded: run(351, 400) });
  const first = loader.older();
  assert.equal(await loader.older(), undefined);
  assert.equal(await first, true);
  server.error = new TypeError("network");
  assert.equal(await loader.older(), false);
  assert.equal(await loader.around(5), undefined);
  server.error = new ApiError(401, "not_signed_in", "");
  assert.equal(await loader.older(), false);
  assert.equal(out(), 1);
});

test("closed: nothing is loaded into what is not the reader's any more", async () => {
  const { loader, span } = bench({ loaded: run(351, 400) });
  const loading = loader.older();
  loader.close();
  assert.equal(await loading, false);
  assert.deepEqual(span(), [351, 400, true, true]);
});
