import { Pages } from "./pages.js";

const linger = 10_000; // ms: the stream outlives the last page, in case that the reader only goes on to the next

/**
 * Serves the pages of one browser from their one owner. It runs in the worker, or in the page that was elected.
 *
 *     page ── hello {rooms: [{room, at}], open, drafts, view}, bye, view {seen, notifies}, look {room}, follow {room, at, from, messages}, unfollow
 *             {room}, open {room}, read {room, id}, unread {room, id}, send {room, entry}, retry, discard {room, clientId},
 *             wake {surely}, offline, ended, signout, ping ──▶ hub
 *     page ◀── welcome {lasting}, mine {rooms, at}, rooms {changed, gone}, state {state}, kept {room, kept}, messages
 *              {room, messages}, ready {room, id}, reset {room, id}, outbox {room, entries, waiting}, sent {room, entry, id},
 *              safe, gone {room, clientId}, person, faces, stale, notice, notify {message}, staying, left {reason}, pong ── hub
 *
 * A page follows the rooms that it holds, of which one is open, or none; messages, ready, reset, outbox and sent are about
 * these.
 */
export class Hub {
  #make;
  #signOut;
  #clock;
  #pages = new Pages();
  /** @type {Promise<any> | null} */
  #owner = null;
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
    this.#pages.dismiss({ type: "left", reason });
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
    if (owner) this.#acts[message.type]?.(owner, port, message);
  }

  #acts = {
    hello: (owner, port, message) => this.#hello(owner, port, message),
    bye: (owner, port) => this.#bye(owner, port),
    look: async ({ feed }, port, { room }) => port.post({ type: "kept", room, kept: await feed.kept(room) }),
    follow: (owner, port, message) => this.#follow(owner, port, message),
    unfollow: (_, port, { room }) => this.#pages.unfollow(port, room),
    open: (owner, port, { room }) => this.#pages.open(owner, port, room),
    view: (_, port, view) => this.#pages.view(port, view),
    read: ({ feed }, _, { room, id }) => feed.mark(room, id),
    unread: ({ feed }, _, { room, id }) => feed.reopen(room, id),
    send: ({ outboxes }, _, { room, entry }) => outboxes.add(room, entry),
    retry: ({ outboxes }, _, { room, clientId }) => outboxes.of(room).retry(clientId),
    discard: ({ outboxes }, _, { room, clientId }) => outboxes.of(room).discard(clientId),
    wake: (owner, _, message) => owner.wake(message),
    offline: ({ stream }) => stream.offline(),
    ended: () => this.leave("ended"),
    signout: (_, port) => this.#leaveByWish(port),
  };

  #join(port, { rooms, open, view = {} }) {
    this.#pages.add(port, rooms, open);
    this.#pages.view(port, view);
    this.#owner ??= this.#begin(new Map(rooms.map(({ room, at }) => [room, at])));
  }

  async #begin(hints) {
    const owner = await this.#make();
    this.#pages.watch(owner);
    owner.feed.addEventListener("left", ({ detail: { reason } }) => this.leave(reason));
    owner.outboxes.addEventListener("signedout", () => this.leave("ended"));
    await owner.begin(hints);
    return owner;
  }

  #hello(owner, port, { rooms, drafts = [] }) {
    this.#clock.clearTimeout(this.#timer);
    owner.feed.resume();
    port.post({ type: "welcome", lasting: owner.lasting });
    if (owner.feed.faces.length > 0) port.post({ type: "faces", faces: owner.feed.faces });
    this.#pages.tellState(owner, port);
    if (owner.stream.state === "live") this.#pages.tellMine(owner, port);
    for (const { room, entry } of drafts) owner.outboxes.add(room, entry);
    for (const room of rooms) this.#supply(owner, port, room);
  }

  #follow(owner, port, room) {
    this.#pages.follow(port, room);
    this.#supply(owner, port, room);
  }

  /** A page holds a room as it stood at `at`: what it has and we lack is taken, and what it lacks it is given. */
  #supply(owner, port, { room, at, from, messages = [] }) {
    for (const { client_id } of messages) owner.outboxes.acknowledge(room, client_id);
    port.post({ type: "outbox", ...owner.outboxes.list(room) });
    if (from !== undefined) owner.feed.seed(room, messages, from, at);
    this.#pages.sync(owner, port);
  }

  #bye(owner, port) {
    this.#pages.remove(port);
    if (this.#pages.size > 0) return;
    owner.flush();
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#pages.size === 0 && owner.feed.pause(), linger);
  }

  async #leaveByWish(port) {
    try {
      await this.#signOut();
    } catch (/** @type {any} */ error) {
      if (!error.signedOut) {
        port.post({ type: "staying" });
        return;
      }
    }
    await this.leave("signout");
  }
}
