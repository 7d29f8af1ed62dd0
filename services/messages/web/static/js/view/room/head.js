import { html, render } from "../../vendor/lit-html/lit-html.js";
import { signOf } from "../../model/myrooms.js";
import { icon } from "../icon.js";

/** What stands above the conversation: what the room is called, what it is about, who is in it. */
export class RoomHead {
  #parts;
  #countPeople;
  #counts = new Map(); // room: how many are in it, in words
  #name = null;

  /** parts: elements, by name. countPeople(room) resolves to words. */
  constructor(parts, countPeople) {
    this.#parts = parts;
    this.#countPeople = countPeople;
    parts.title.replaceChildren();
  }

  show(room) {
    const { title, topic, archived, members, settings } = this.#parts;
    render(html`${sign(room)}<span id="room-name" dir="auto">${room.label}</span>`, title);
    topic.textContent = room.topic;
    topic.hidden = !room.topic;
    archived.hidden = !room.archived;
    members.href = `/chat/${room.name}/members`;
    settings.href = `/chat/${room.name}/settings`;
    if (room.name !== this.#name) this.#count(room.name);
    this.#name = room.name;
  }

  /** Something else is shown than a room. */
  other(title) {
    this.#name = null;
    render(html`<span id="room-name">${title}</span>`, this.#parts.title);
  }

  /** How many are in a room, as the page was written. */
  people(room, number) {
    if (number > 0) this.#counts.set(room, String(number));
  }

  async #count(name) {
    this.#showCount(this.#counts.get(name) ?? "");
    if (this.#counts.has(name)) return;
    const count = await this.#countPeople(name).catch(() => "");
    if (count) this.#counts.set(name, count);
    if (this.#name === name) this.#showCount(count);
  }

  #showCount(count) {
    const { members } = this.#parts;
    members.setAttribute("aria-label", count ? `Members: ${count}` : "Members");
    members.querySelector("[data-people]").textContent = count;
  }
}

function sign(room) {
  if (room.kind !== "private") return html`<span class="hash" aria-hidden="true">${signOf(room)}</span>`;
  return html`<span class="hash">${icon("lock")}<span class="quiet">Private: </span></span>`;
}
