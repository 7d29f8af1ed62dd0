import { copy } from "./template.js";

/** The lists of my rooms, those with a name and those of people, each in order of name, with what is unread in them. */
export class RoomList {
  #element;
  #links = new Map();
  #rooms = new Map(); // what the hub said

  constructor(element) {
    this.#element = element;
    for (const link of element.querySelectorAll(".room-link")) this.#links.set(link.dataset.room, link);
  }

  get rooms() {
    return [...this.#rooms.values()];
  }

  /** How far a room was read when the page was written; null if that is not known. */
  read(name) {
    const read = this.#links.get(name)?.dataset.read;
    return read === undefined ? null : Number(read);
  }

  /** The names that are shown and are not among rooms. */
  without(rooms) {
    const names = new Set(rooms.map(({ name }) => name));
    return [...this.#links.keys()].filter((name) => !names.has(name));
  }

  show(room) {
    const { name, kind, title, people, notify, archived, read } = room;
    this.#rooms.set(name, room);
    const link = this.#links.get(name) ?? this.#add(name, kind);
    Object.assign(link.dataset, { kind, notify, read });
    link.toggleAttribute("data-archived", archived);
    // What a room of people is called the server knows better: it has their names.
    const label = title || link.dataset.title || this.#others(people).join(", ");
    link.dataset.title = label;
    const text = link.querySelector(".room-name");
    if (text.textContent !== label) text.textContent = label;
    this.#showUnread(link, room.unread);
  }

  remove(name) {
    this.#links.get(name)?.parentElement.remove();
    this.#links.delete(name);
    this.#rooms.delete(name);
  }

  /** Puts a room in its place, by name. */
  #add(name, kind) {
    const item = copy("room-link");
    const link = item.querySelector("a");
    link.href = `/chat/${name}`;
    link.dataset.room = name;
    const list = this.#element.querySelector(kind === "direct" ? "#direct-list" : "#room-list") ?? this.#element;
    const next = [...list.querySelectorAll(".room-link")].find(({ dataset }) => dataset.room > name);
    list.insertBefore(item, next?.parentElement ?? null);
    this.#links.set(name, link);
    return link;
  }

  #others(people) {
    return people.filter((username) => username !== document.body.dataset.username);
  }

  #showUnread(link, unread) {
    const count = link.querySelector(".count");
    link.dataset.unread = unread;
    count.hidden = unread === 0;
    if (unread === 0) {
      count.replaceChildren();
      return;
    }
    const words = document.createElement("span");
    words.className = "quiet";
    words.textContent = " unread";
    count.replaceChildren(unread > 99 ? "99+" : String(unread), words);
  }
}
