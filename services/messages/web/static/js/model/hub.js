const linger = 10_000; // ms: the stream outlives the last page, in case that the reader only goes on to the next

/**
 * Serves the pages of one browser from their one owner. It runs in the worker, or in the page that was elected.
 *
 *     page ── hello {room, at, from, messages, drafts}, bye, read {room, id}, send {room, entry}, retry, discard
 *             {room, clientId}, wake {surely}, offline, ended, signout, ping ──▶ hub
 *     page ◀── welcome {lasting}, mine {rooms, at}, rooms {changed, gone}, state {state}, messages {messages}, ready {id},
 *              reset {id}, outbox {entries, waiting}, sent {entry, id}, safe, gone {clientId}, person, notice, staying,
 *              left {reason}, pong ── hub
 *
 * A page has one room open, or none; messages, ready, reset, outbox and sent are about that one.
 */
export class Hub {
  #make;
  #signOut;
  #clock;
  #pages = new Map(); // port: {room, at, synced}
  #owner = null; // a promise
  #timer = null;

  /** make() makes an owner. signOut() tells the server. */
  constructor({ make, signOut, clock = globalThis }) {
    this.#make = make;
    this.#signOut = signOut;
    this.#clock = clock;
  }

  /** A page has come: port has post(message), and calls receive. */
  accept(port) {
    port.receive = (message) => this.#heed(port, message);
  }

  /** Nobody is signed in any more, or somebody else is: nothing is kept, and all pages are told. */
  async leave(reason) {
    const owner = this.#owner;
    this.#owner = null;
    if (!owner) return;
    await (await owner).empty();
    const pages = [...this.#pages.keys()];
    this.#pages.clear();
    for (const port of pages) port.post({ type: "left", reason });
  }

  /** This place closes; what is not done is left to the next owner. */
  async close() {
    const owner = await this.#owner;
    this.#owner = null;
    owner?.stop();
    await owner?.flush();
  }

  async #heed(port, message) {
    if (message.type === "ping") port.post({ type: "pong" });
    if (message.type === "hello") this.#join(port, message);
    const owner = await this.#owner;
    if (!owner) return;
    if (message.type === "hello") this.#hello(owner, port, message);
    if (message.type === "bye") this.#bye(owner, port);
    if (message.type === "read") owner.feed.mark(message.room, message.id);
    if (message.type === "send") owner.outboxes.add(message.room, message.entry);
    if (message.type === "retry") owner.outboxes.of(message.room).retry(message.clientId);
    if (message.type === "discard") owner.outboxes.of(message.room).discard(message.clientId);
    if (message.type === "wake") owner.wake(message);
    if (message.type === "offline") owner.stream.offline();
    if (message.type === "ended") this.leave("ended");
    if (message.type === "signout") this.#leaveByWish(owner, port);
  }

  #join(port, { room, at }) {
    this.#pages.set(port, { room, at, synced: !room });
    this.#owner ??= this.#begin(new Map(room ? [[room, at]] : []));
  }

  async #begin(hints) {
    const owner = await this.#make();
    this.#follow(owner);
    await owner.begin(hints);
    return owner;
  }

  #hello(owner, port, { room, at, from, messages = [], drafts = [] }) {
    this.#clock.clearTimeout(this.#timer);
    owner.feed.resume();
    port.post({ type: "welcome", lasting: owner.lasting });
    this.#tellState(owner, port);
    if (owner.stream.state === "live") port.post({ type: "mine", rooms: owner.feed.rooms, at: owner.feed.at });
    for (const { room: other, entry } of drafts) owner.outboxes.add(other, entry);
    if (!room) return;
    for (const { client_id } of messages) owner.outboxes.acknowledge(room, client_id);
    port.post({ type: "outbox", ...owner.outboxes.list(room) });
    owner.feed.seed(room, messages, from, at);
    this.#sync(owner, port);
  }

  #bye(owner, port) {
    this.#pages.delete(port);
    if (this.#pages.size > 0) return;
    owner.flush();
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#pages.size === 0 && owner.feed.pause(), linger);
  }

  async #leaveByWish(owner, port) {
    try {
      await this.#signOut();
    } catch (error) {
      if (!error.signedOut) {
        port.post({ type: "staying" });
        return;
      }
    }
    await this.leave("signout");
  }

  #follow(owner) {
    const on = (source, type, act) => source.addEventListener(type, ({ detail }) => act(detail));
    const { feed, outboxes, stream } = owner;
    on(stream, "state", ({ state }) => {
      this.#each((port) => this.#tellState(owner, port));
      if (state === "live") this.#each((port) => port.post({ type: "mine", rooms: feed.rooms, at: feed.at }));
    });
    on(feed, "rooms", (news) => {
      this.#each((port) => port.post({ type: "rooms", ...news }));
      this.#each((port) => this.#sync(owner, port));
    });
    on(feed, "message", ({ message }) => this.#inRoom(message.room, (port) => port.post({ type: "messages", messages: [message] })));
    on(feed, "ready", ({ room, id }) => this.#inRoom(room, (port) => {
      port.post({ type: "ready", id });
      this.#tellState(owner, port);
    }));
    on(feed, "reset", ({ room, id }) => this.#inRoom(room, (port) => port.post({ type: "reset", id })));
    on(feed, "notice", (notice) => this.#inRoom(notice.room, (port) => port.post({ type: "notice", notice })));
    on(feed, "person", (person) => this.#each((port) => port.post({ type: "person", person })));
    on(feed, "left", ({ reason }) => this.leave(reason));
    on(outboxes, "change", (list) => this.#inRoom(list.room, (port) => port.post({ type: "outbox", ...list })));
    on(outboxes, "sent", ({ room, ...sent }) => {
      this.#inRoom(room, (port) => port.post({ type: "sent", ...sent }));
      this.#each((port) => port.post({ type: "gone", room, clientId: sent.entry.clientId }));
    });
    for (const type of ["safe", "gone"]) on(outboxes, type, (done) => this.#each((port) => port.post({ type, ...done })));
    on(outboxes, "signedout", () => this.leave("ended"));
  }

  /** What has changed in the page's room since it was written. */
  async #sync(owner, port) {
    const page = this.#pages.get(port);
    const room = page && owner.feed.room(page.room);
    if (!room || page.synced) return;
    page.synced = true;
    if (page.at >= room.position) return;
    const messages = await owner.feed.since(page.room, page.at);
    port.post(messages ? { type: "messages", messages } : { type: "reset", id: room.position });
  }

  #tellState(owner, port) {
    const page = this.#pages.get(port);
    if (!page) return;
    const { state } = owner.stream;
    const waits = state === "closed" || (state === "live" && page.room && !owner.feed.isReady(page.room));
    port.post({ type: "state", state: waits ? "connecting" : state });
  }

  #each(act) {
    for (const port of this.#pages.keys()) act(port);
  }

  #inRoom(room, act) {
    for (const [port, page] of this.#pages) if (page.room === room) act(port);
  }
}
