import { lazily } from "./lazily.js";
import { ranked } from "./match.js";

const most = 8;

/** Whom a message can mention: the people of the room first, then others who may read it, then groups. */
export class PeopleSource {
  #api;
  #me;
  #rooms = new Map(); // room: a promise of its members

  constructor(api, me) {
    this.#api = api;
    this.#me = me;
  }

  /** {username, display_name}, or {group, note}. room: its summary. Without a connection: those that are known. */
  async find(query, room) {
    const members = await this.#members(room.name);
    const mine = ranked(query, members, textsOf).slice(0, most);
    const others = mine.length < most && query && room.kind === "open" ? await this.#others(query, members) : [];
    const groups = room.kind === "direct" ? [] : ranked(query, groupsOf(), ({ group }) => [group]);
    return [...mine, ...groups, ...others].slice(0, most + groups.length);
  }

  #members(name) {
    if (!this.#rooms.has(name)) {
      this.#rooms.set(name, this.#api.members(name).then(({ members }) => members.filter(({ username }) => username !== this.#me)));
      this.#rooms.get(name).catch(() => this.#rooms.delete(name));
    }
    return this.#rooms.get(name).catch(() => []);
  }

  async #others(query, members) {
    const { people } = await this.#api.people(query).catch(() => ({ people: [] }));
    const known = new Set(members.map(({ username }) => username));
    return people.filter(({ username, banned, role }) => !known.has(username) && username !== this.#me && !banned && role !== "guest");
  }
}

function textsOf({ username, display_name: name }) {
  return [username, name ?? ""].filter(Boolean);
}

function groupsOf() {
  return [
    { group: "room", note: "Everybody in this room" },
    { group: "here", note: "Everybody in this room who is online" },
  ];
}

/** Emoji by their names. They are loaded when they are first asked for. */
export class EmojiSource {
  #all; // lazily, [{emoji, names}]
  #byName = new Map();

  /** load() resolves to [[emoji, "name name"]]. */
  constructor(load) {
    this.#all = lazily(async () => this.#take(await load()));
  }

  async find(query) {
    const all = await this.#all().catch(() => []);
    const begins = all.flatMap(({ emoji, names }) => names.filter((name) => name.includes(query)).slice(0, 1).map((name) => ({ emoji, name })));
    return ranked(query, begins, ({ name }) => [name]).slice(0, most);
  }

  /** The emoji of this name; "" if there is none, or they are not here yet. */
  get(name) {
    return this.#byName.get(name) ?? "";
  }

  #take(rows) {
    const all = rows.map(([emoji, names]) => ({ emoji, names: names.split(" ") }));
    for (const { emoji, names } of all) for (const name of names) if (!this.#byName.has(name)) this.#byName.set(name, emoji);
    return all;
  }
}

/** Rooms of mine that have a name. */
export function findRooms(query, rooms) {
  const named = rooms.filter(({ kind, archived }) => kind !== "direct" && !archived);
  return ranked(query, named, ({ name, label }) => [name, label]).slice(0, most);
}
