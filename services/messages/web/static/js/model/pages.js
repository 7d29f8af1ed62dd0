/** The pages of a browser, as the hub knows them: which rooms each follows, and what it is told of the owner. See hub.js. */
export class Pages {
  #pages = new Map(); // port: {rooms: Map of name: {at, synced}, open, state, seen, notifies}

  get size() {
    return this.#pages.size;
  }

  add(port, rooms, open) {
    this.#pages.set(port, { rooms: new Map(), open });
    for (const room of rooms) this.follow(port, room);
  }

  follow(port, { room, at }) {
    this.#pages.get(port)?.rooms.set(room, { at, synced: false });
  }

  unfollow(port, room) {
    this.#pages.get(port)?.rooms.delete(room);
  }

  /** Whether somebody looks at the page, and whether it shows notifications. */
  view(port, { seen = false, notifies = false }) {
    Object.assign(this.#pages.get(port) ?? {}, { seen, notifies });
  }

  /** The page shows another of its rooms. */
  open(owner, port, room) {
    const page = this.#pages.get(port);
    if (page) page.open = room;
    this.tellState(owner, port);
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
  watch(owner) {
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
      this.#tellIn(room, { type: "ready", room, id });
      this.#each((port) => this.tellState(owner, port));
    });
    on(feed, "message", ({ message }) => {
      this.#tellIn(message.room, { type: "messages", room: message.room, messages: [message] });
      this.#notify(feed, message);
    });
    on(feed, "reset", ({ room, id }) => {
      this.#tellIn(room, { type: "reset", room, id });
      this.#tell({ type: "stale" }); // who is in it may be shown otherwise since
    });
    on(feed, "notice", (notice) => {
      if (notice.type === "presence") this.#tell({ type: "notice", notice });
      else this.#tellIn(notice.room, { type: "notice", notice });
    });
    on(feed, "face", (face) => this.#tell({ type: "faces", faces: [face] }));
    on(feed, "person", (person) => this.#tell({ type: "person", person }));
    on(outboxes, "change", (list) => this.#tellIn(list.room, { type: "outbox", ...list }));
    on(outboxes, "sent", ({ room, ...sent }) => {
      this.#tellIn(room, { type: "sent", room, ...sent });
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
    const waits = stream.state === "closed" || (stream.state === "live" && page.open && !feed.isReady(page.open));
    const state = waits ? "connecting" : stream.state;
    if (state !== page.state) port.post({ type: "state", state });
    page.state = state;
  }

  /** What has changed in the page's rooms since it has them. Once for each, when the room is known. */
  sync({ feed }, port) {
    const rooms = this.#pages.get(port)?.rooms ?? [];
    return Promise.all([...rooms].map(([name, known]) => this.#syncRoom(feed, port, name, known)));
  }

  async #syncRoom(feed, port, name, known) {
    const room = feed.room(name);
    if (!room || known.synced) return;
    known.synced = true;
    if (known.at >= room.position) return;
    const messages = await feed.since(name, known.at);
    port.post(messages ? { type: "messages", room: name, messages } : { type: "reset", room: name, id: room.position });
  }

  /** One page shows the notification, if nobody looks at any. */
  #notify(feed, message) {
    const pages = [...this.#pages];
    const [port] = pages.find(([, page]) => page.notifies) ?? [];
    if (port && !pages.some(([, page]) => page.seen) && feed.isNotable(message)) port.post({ type: "notify", message });
  }

  #tell(message) {
    this.#each((port) => port.post(message));
  }

  #tellIn(room, message) {
    this.#each((port, page) => page.rooms.has(room) && port.post(message));
  }

  #each(act) {
    for (const [port, page] of this.#pages) act(port, page);
  }
}
