/** The pages of a browser, as the hub knows them: what each has open, and what it is told of the owner. See hub.js. */
export class Pages {
  #pages = new Map(); // port: {room, at, synced}

  get size() {
    return this.#pages.size;
  }

  add(port, room, at) {
    this.#pages.set(port, { room, at, synced: !room });
  }

  remove(port) {
    this.#pages.delete(port);
  }

  /** The last that they hear. */
  dismiss(message) {
    const ports = [...this.#pages.keys()];
    this.#pages.clear();
    for (const port of ports) port.post(message);
  }

  /** Tells them what happens at the owner's from now on. */
  follow(owner) {
    const on = (source, type, act) => source.addEventListener(type, ({ detail }) => act(detail));
    const { feed, outboxes, stream } = owner;
    on(stream, "state", ({ state }) => {
      this.#each((port) => this.tellState(owner, port));
      if (state === "live") this.#each((port) => this.tellMine(owner, port));
    });
    on(feed, "rooms", (news) => {
      this.#tell({ type: "rooms", ...news });
      this.#each((port) => this.sync(owner, port));
    });
    on(feed, "ready", ({ room, id }) => {
      this.#tellIn(room, { type: "ready", id });
      this.#each((port) => this.tellState(owner, port));
    });
    on(feed, "message", ({ message }) => this.#tellIn(message.room, { type: "messages", messages: [message] }));
    on(feed, "reset", ({ room, id }) => this.#tellIn(room, { type: "reset", id }));
    on(feed, "notice", (notice) => this.#tellIn(notice.room, { type: "notice", notice }));
    on(feed, "person", (person) => this.#tell({ type: "person", person }));
    on(outboxes, "change", (list) => this.#tellIn(list.room, { type: "outbox", ...list }));
    on(outboxes, "sent", ({ room, ...sent }) => {
      this.#tellIn(room, { type: "sent", ...sent });
      this.#tell({ type: "gone", room, clientId: sent.entry.clientId });
    });
    for (const type of ["safe", "gone"]) on(outboxes, type, (done) => this.#tell({ type, ...done }));
  }

  tellMine({ feed }, port) {
    port.post({ type: "mine", rooms: feed.rooms, at: feed.at });
  }

  /** A page is live when the stream is, and the room that it has open is complete. */
  tellState({ feed, stream }, port) {
    const page = this.#pages.get(port);
    if (!page) return;
    const waits = stream.state === "closed" || (stream.state === "live" && page.room && !feed.isReady(page.room));
    const state = waits ? "connecting" : stream.state;
    if (state !== page.state) port.post({ type: "state", state });
    page.state = state;
  }

  /** What has changed in the page's room since it was written. Once, when the room is known. */
  async sync({ feed }, port) {
    const page = this.#pages.get(port);
    const room = page && feed.room(page.room);
    if (!room || page.synced) return;
    page.synced = true;
    if (page.at >= room.position) return;
    const messages = await feed.since(page.room, page.at);
    port.post(messages ? { type: "messages", messages } : { type: "reset", id: room.position });
  }

  #tell(message) {
    this.#each((port) => port.post(message));
  }

  #tellIn(room, message) {
    this.#each((port, page) => page.room === room && port.post(message));
  }

  #each(act) {
    for (const [port, page] of this.#pages) act(port, page);
  }
}
