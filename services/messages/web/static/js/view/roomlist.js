import { presenceText } from "../model/presence.js";
import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";

/**
 * The lists of my rooms, those with a name and those of people, with what is unread in them. Each list is one stop of the
 * Tab key; the arrows go through all of them.
 */
export class RoomList {
  #element;
  #rooms;
  #presence;
  #current;
  #stop = null; // the room that was last gone to by an arrow

  /** rooms: the MyRooms. presence: the Presence of those in them. current: the name of the open one. */
  constructor(element, { rooms, presence, current = null }) {
    this.#element = element;
    this.#rooms = rooms;
    this.#presence = presence;
    this.#current = current;
    for (const list of this.#lists) list.replaceChildren();
    element.addEventListener("keydown", (event) => this.#key(event));
    presence.addEventListener("change", () => this.show());
    this.show();
  }

  set current(name) {
    this.#current = name;
    this.#stop = name;
    this.show();
    requestAnimationFrame(() => this.#link(name)?.scrollIntoView({ block: "nearest" })); // when all is laid out anyway
  }

  show() {
    const [shared, direct] = this.#lists;
    const rooms = this.#rooms.all;
    this.#fill(shared, rooms.filter(({ kind }) => kind !== "direct"));
    this.#fill(direct, rooms.filter(({ kind }) => kind === "direct"));
  }

  get #lists() {
    return [this.#element.querySelector("#room-list"), this.#element.querySelector("#direct-list")];
  }

  #fill(list, rooms) {
    const has = (wanted) => rooms.some(({ name }) => name === wanted);
    const stop = [this.#stop, this.#current].find(has) ?? rooms[0]?.name;
    render(repeat(rooms, ({ name }) => name, (room) => this.#item(room, room.name === stop)), list);
  }

  #item(room, stop) {
    const { name, kind, label, unread, mentions, notify, archived } = room;
    const state = this.#presence.of(this.#rooms.partner(room));
    return html`<li><a class="room-link" href="/chat/${name}" tabindex=${stop ? "0" : "-1"} data-room=${name} data-kind=${kind}
      data-unread=${unread} data-notify=${notify} data-state=${state ?? nothing} ?data-archived=${archived} aria-current=${name === this.#current ? "page" : nothing}
      ><span class="room-name" dir="auto">${label}</span>${here(state)}${called(mentions)}<span class="count" ?hidden=${!unread}>${
        unread ? html`${unread > 99 ? "99+" : unread}<span class="quiet"> unread</span>` : nothing}</span></a></li>`;
  }

  #link(name) {
    return name && this.#element.querySelector(`[data-room="${CSS.escape(name)}"]`);
  }

  #key(event) {
    const links = [...this.#element.querySelectorAll(".room-link")];
    const at = links.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || !links[to] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    this.#stop = links[to].dataset.room;
    this.show();
    links[to].focus();
  }
}

/** What a disc or a ring says to who sees, in words. */
function here(state) {
  return state && state !== "offline" ? html`<span class="quiet"> ${presenceText(state)}</span>` : nothing;
}

/** How often somebody is mentioned in what is unread. */
export function called(mentions) {
  return html`<span class="called" ?hidden=${!mentions}>${
    mentions ? html`<span aria-hidden="true">@</span>${mentions > 99 ? "99+" : mentions}<span class="quiet"> ${mentions === 1 ? "mention" : "mentions"}, </span>` : nothing}</span>`;
}
