import { ranked } from "./match.js";

const most = 12;

/**
 * Where somebody can go, as the switcher proposes it: {kind: "room", room}, {kind: "person", person}, {kind: "command",
 * command}, {kind: "search", query}.
 *
 * Without a query: what is unread, then what was visited last. With one: what fits best; of equals, what was visited last.
 */
export function destinations(query, { rooms, recent, open, people = [], commands = [] }) {
  const inOrder = byUse(rooms, recent);
  if (!query) {
    const others = inOrder.filter(({ name, archived }) => name !== open && !archived);
    const unread = others.filter(({ unread: count, notify }) => count > 0 && notify !== "none");
    return [...unread, ...others.filter((room) => !unread.includes(room))].slice(0, most).map((room) => ({ kind: "room", room }));
  }
  const all = [
    ...inOrder.map((room) => ({ kind: "room", room, texts: [room.label, room.name] })),
    ...people.map((person) => ({ kind: "person", person, texts: [person.display_name || person.username, person.username] })),
    ...commands.map((command) => ({ kind: "command", command, texts: [command.label] })),
  ];
  return [...ranked(plain(query), all, ({ texts }) => texts).slice(0, most), { kind: "search", query }];
}

/** Rooms that were visited come first, the latest of all; the others stay in their order. */
export function byUse(rooms, recent) {
  const place = new Map(recent.map((name, i) => [name, i]));
  const of = ({ name }) => place.get(name) ?? recent.length;
  return [...rooms].sort((a, b) => of(a) - of(b));
}

/** "#general" and "@ada" are typed for general and ada. */
export function plain(query) {
  return query.replace(/^[#@]/, "");
}

/**
 * The room before (-1) or after (1) the open one as the list at the side has them; only those with something unread if it is
 * so asked. It goes round.
 */
export function neighbour(rooms, open, by, unread = false) {
  const listed = [...rooms.filter(({ kind }) => kind !== "direct"), ...rooms.filter(({ kind }) => kind === "direct")];
  const at = listed.findIndex(({ name }) => name === open);
  const from = at < 0 && by < 0 ? listed.length : at;
  for (let step = 1; step <= listed.length; step++) {
    const room = listed[(((from + by * step) % listed.length) + listed.length) % listed.length];
    if (room.name !== open && (!unread || (room.unread > 0 && room.notify !== "none"))) return room;
  }
  return null;
}

