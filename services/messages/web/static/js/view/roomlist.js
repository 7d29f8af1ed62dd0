import { copy } from "./template.js";

/** The list of rooms, with what is unread in each. */
export class RoomList {
  #element;
  #links = new Map();

  constructor(element) {
    this.#element = element;
    for (const link of element.querySelectorAll(".room-link")) this.#links.set(link.dataset.room, link);
  }

  get rooms() {
    return [...this.#links.keys()];
  }

  /** The heads that the server wrote into the page. */
  heads() {
    return new Map([...this.#links].map(([room, link]) => [room, Number(link.dataset.head)]));
  }

  /** Puts a room in its place, by name. */
  add(room) {
    if (this.#links.has(room)) return;
    const item = copy("room-link");
    const link = item.querySelector("a");
    link.href = `/chat/${room}`;
    link.dataset.room = room;
    link.querySelector(".room-name").textContent = room;
    const next = [...this.#links].find(([name]) => name > room)?.[1];
    this.#element.insertBefore(item, next?.parentElement ?? null);
    this.#links = new Map([...this.#links, [room, link]].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  remove(room) {
    this.#links.get(room)?.parentElement.remove();
    this.#links.delete(room);
  }

  showUnread(room, unread) {
    const link = this.#links.get(room);
    if (!link) return;
    const count = link.querySelector(".count");
    count.hidden = unread === 0;
    link.toggleAttribute("data-unread", unread > 0);
    if (unread === 0) {
      count.replaceChildren();
      return;
    }
    link.dataset.unread = unread;
    const words = document.createElement("span");
    words.className = "quiet";
    words.textContent = " unread";
    count.replaceChildren(unread > 99 ? "99+" : String(unread), words);
  }
}
