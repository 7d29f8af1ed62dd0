import { Hub } from "../static/js/model/hub.js";
import { Keep } from "../static/js/model/keep.js";
import { Line } from "../static/js/model/line.js";
import { OpenRoom } from "../static/js/model/openroom.js";
import { Owner } from "../static/js/model/owner.js";
import { clearShelf, drafts, PageOutbox } from "../static/js/model/pageoutbox.js";
import { pair } from "../static/js/model/ports.js";
import { Shelf } from "../static/js/model/shelf.js";
import { Stream } from "../static/js/model/stream.js";
import { Clock, FakeDb, FakeLocks, MemoryStorage, settle } from "./fakes.mjs";

/** A browser of ada's before a server: what its pages share. */
export class FakeBrowser {
  clock = new Clock();
  db = new FakeDb();
  locks = new FakeLocks();
  storage = new MemoryStorage();
  hubs = 0;
  #ids = 0;
  #hub = null;
  #ports = [];

  constructor(server) {
    this.server = server;
  }

  makeHub = () => {
    this.hubs++;
    const { server, clock, db, locks } = this;
    return new Hub({
      clock,
      signOut: server.api.signOut,
      make: async () => new Owner({
        username: "ada",
        api: server.api,
        keep: new Keep({ db, clock }),
        clock,
        locks,
        makeStream: (options) => new Stream({ ...options, connect: server.connect, random: () => 0, now: clock.now }),
      }),
    });
  };

  /** The browser ends the worker, and tells nobody. */
  killWorker() {
    this.server.streams.clear();
    for (const port of this.#ports.splice(0)) port.receive = () => {};
    this.#hub = null;
  }

  /** As a SharedWorker would: one hub for all pages. */
  workerLink = () => {
    const link = { receive() {}, renewed() {}, post: (message) => link.port.post(message), withdraw() {} };
    link.enter = () => {
      const [page, hubs] = pair();
      link.port = page;
      page.receive = (message) => link.receive(message);
      this.#hub ??= this.makeHub();
      this.#hub.accept(hubs);
      this.#ports.push(hubs);
      link.renewed();
    };
    return link;
  };

  /** A page that the server has just written, of a room or of none. */
  page(room, { link = this.workerLink } = {}) {
    const shelf = new Shelf(this.storage, "ada");
    const line = new Line([link], { clock: this.clock });
    const page = { line, shelf, rooms: new Map(), messages: [], state: null, left: null, resets: 0, sent: [] };
    const known = new Set();
    const on = (type, act) => line.addEventListener(type, ({ detail }) => act(detail));
    const show = (rooms) => rooms.forEach((summary) => page.rooms.set(summary.name, summary));
    on("state", ({ state }) => (page.state = state));
    on("mine", ({ rooms }) => (page.rooms.clear(), show(rooms)));
    on("rooms", ({ changed, gone }) => (show(changed), gone.forEach((name) => page.rooms.delete(name))));
    on("left", ({ reason }) => ((page.left = reason), shelf.clear()));
    on("messages", ({ room: of, messages }) => of === room && messages.forEach((message) => {
      if (!known.has(message.id)) page.messages.push(message.body); // as History does
      known.add(message.id);
      page.open.advance(message.revision);
      page.outbox.acknowledge(message.client_id);
    }));
    on("ready", ({ id }) => page.open.advance(id));
    on("reset", () => page.resets++);
    on("welcome", () => page.open?.tellMark());
    let seed = null;
    if (room) {
      const { head, messages } = this.server.rooms.get(room);
      page.open = new OpenRoom({ name: room, at: head, read: null, line });
      page.outbox = new PageOutbox({ room, shelf, line, newId: () => `c${++this.#ids}` });
      on("sent", ({ entry, id }) => page.sent.push([entry.body, id]));
      seed = { messages: messages.slice(-50), from: (messages.at(-50)?.id ?? 1) - 1 };
    }
    clearShelf(shelf, line);
    line.open(() => {
      const first = seed;
      seed = null;
      const rooms = room ? [{ room, at: page.open.at, ...first }] : [];
      return { rooms, open: room ?? null, drafts: drafts(shelf) };
    });
    return page;
  }

  async calm(time = 2000) {
    for (let i = 0; i < 3; i++) await settle();
    await this.clock.pass(time);
    for (let i = 0; i < 3; i++) await settle();
  }
}
