/** My rooms as the hub tells of them, first of all as the page was written; and what each is called. */
export class MyRooms {
  #me;
  #nameOf;
  #rooms = new Map();

  /** nameOf(username): what somebody is called. */
  constructor({ me, nameOf, rooms }) {
    this.#me = me;
    this.#nameOf = nameOf;
    for (const room of rooms) this.put(room);
  }

  /** In order of what they are called, whatever the case, as the server writes them. */
  get all() {
    return [...this.#rooms.values()].sort((a, b) => compare(a.order, b.order) || compare(a.name, b.name));
  }

  get(name) {
    return this.#rooms.get(name);
  }

  /** Takes what is known of a room now; returns it with its label. */
  put(room) {
    const label = this.label(room);
    const labelled = { ...room, label, order: label.toLowerCase() };
    this.#rooms.set(room.name, labelled);
    return labelled;
  }

  /** Somebody is called otherwise: returns the rooms that are, too. */
  rename() {
    const before = [...this.#rooms.values()];
    return before.map((room) => this.put(room)).filter(({ label }, i) => label !== before[i].label);
  }

  /** The other one of a direct room of two; undefined in any other room. */
  partner({ kind, people = [] }) {
    const others = people.filter((username) => username !== this.#me);
    return kind === "direct" && others.length === 1 ? others[0] : undefined;
  }

  remove(name) {
    this.#rooms.delete(name);
  }

  /** The names of those that are not among rooms. */
  without(rooms) {
    const names = new Set(rooms.map(({ name }) => name));
    return [...this.#rooms.keys()].filter((name) => !names.has(name));
  }

  /** What a room is called: a room of people by their names. */
  label({ name, kind, title, people = [] }) {
    if (kind !== "direct") return title || name;
    const others = people.filter((username) => username !== this.#me);
    return others.map((username) => this.#nameOf(username)).join(", ") || "Nobody else";
  }
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/** What stands before the label where there is no picture. */
export function signOf({ kind }) {
  return kind === "direct" ? "@" : "#";
}
