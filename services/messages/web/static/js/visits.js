const most = 12;

/**
 * The rooms that were opened in this page: what the hub tells of them goes to them, whether they are shown or not. Those
 * that were not looked at for longest are let go.
 */
export class Visits {
  #line;
  #all = new Map(); // name: Conversation; the latest last
  #live = false;

  constructor(line) {
    this.#line = line;
    const on = (type, act) => line.addEventListener(type, ({ detail }) => act(detail));
    on("welcome", () => this.#each((visit) => visit.room.tellMark()));
    on("state", ({ state }) => {
      this.#live = state === "live";
    });
    on("messages", ({ room, messages }) => this.get(room)?.receive(messages, { live: this.#live }));
    on("ready", ({ room, id }) => this.get(room)?.ready(id));
    on("reset", ({ room, id }) => this.#reset(room, id));
  }

  get(name) {
    return this.#all.get(name);
  }

  /** What a hub is told of them. */
  get followed() {
    return [...this.#all.values()].map(({ name, room }) => ({ room: name, at: room.at }));
  }

  /** It is looked at now. */
  touch(visit) {
    this.#all.delete(visit.name);
    this.#all.set(visit.name, visit);
    for (const name of [...this.#all.keys()].slice(0, -most)) this.drop(name);
  }

  drop(name) {
    this.#all.get(name)?.close();
    if (this.#all.delete(name)) this.#line.post({ type: "unfollow", room: name });
  }

  /** What can still be undone is done. */
  flush() {
    this.#each((visit) => visit.doings.acts.flush());
  }

  relabel() {
    this.#each((visit) => visit.relabel());
  }

  /** One that is not shown is loaded anew when it is. */
  #reset(name, id) {
    const visit = this.get(name);
    if (visit?.reader.here) visit.reset(id);
    else if (visit) this.drop(name);
  }

  #each(act) {
    for (const visit of this.#all.values()) act(visit);
  }
}
