import { destinations, plain } from "../../model/destinations.js";
import { recent } from "../../model/recent.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { avatar } from "../face.js";
import { icon } from "../icon.js";

const pause = 120; // ms, before people are asked for

/** Goes to a room, to a person, or does something, by a few letters. */
export class Switcher {
  #dialog = document.createElement("dialog");
  #chat;
  #commands;
  #on;
  #people = [];
  #found = [];
  #at = 0;
  #timer = null;
  #turn = 0;

  /** commands(): [{label, act}]. on: {go(address), person(username)}. */
  constructor({ chat, commands, on }) {
    this.#chat = chat;
    this.#commands = commands;
    this.#on = on;
    this.#dialog.className = "dialog switcher";
    this.#dialog.setAttribute("aria-label", "Go to a room, a person, or do something");
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
    document.body.append(this.#dialog);
  }

  get #field() {
    return this.#dialog.querySelector("input");
  }

  /** Opens it, or closes it. */
  toggle() {
    if (this.#dialog.open) {
      this.#dialog.close();
      return;
    }
    this.#people = [];
    this.#show();
    this.#field.value = "";
    this.#dialog.showModal();
    this.#look();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askPeople(), pause);
    this.#look();
  }

  async #askPeople() {
    const query = plain(this.#field.value.trim());
    const turn = ++this.#turn;
    const { people } = query ? await this.#chat.api.people(query).catch(() => ({ people: [] })) : { people: [] };
    if (turn !== this.#turn) return;
    this.#people = people.filter(({ username, banned }) => username !== this.#chat.username && !banned);
    this.#look({ stay: true });
  }

  #look({ stay = false } = {}) {
    const chosen = this.#found[this.#at];
    const { rooms, shelf, open } = this.#chat;
    const query = this.#field.value.trim();
    this.#found = destinations(query, { rooms, recent: recent(shelf), open, people: this.#people, commands: this.#commands() });
    const same = this.#found.findIndex((one) => nameOf(one) === nameOf(chosen));
    this.#at = stay && same > 0 && this.#at > 0 ? same : 0;
    this.#show();
  }

  #key(event) {
    const { length } = this.#found;
    const to = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1 }[event.key];
    if (event.isComposing || (event.key !== "Enter" && to === undefined)) return;
    event.preventDefault();
    if (event.key === "Enter") {
      this.#take(this.#at);
    } else if (length > 0) {
      this.#at = (to + length) % length;
      this.#show();
      this.#dialog.querySelector("[aria-selected=true]").scrollIntoView({ block: "nearest" });
    }
  }

  #take(at) {
    const found = this.#found[at];
    if (!found) return;
    this.#dialog.close();
    const { kind, room, person, command, query } = found;
    if (kind === "room") this.#on.go(`/chat/${room.name}`);
    else if (kind === "person") this.#on.person(person.username);
    else if (kind === "command") command.act();
    else this.#on.go(`/search?${new URLSearchParams({ q: query })}`);
  }

  #show() {
    render(html`<input class="switcher-field" type="text" role="combobox" aria-label="Where to?" aria-expanded="true" aria-controls="switcher-list" aria-autocomplete="list"
      aria-activedescendant=${this.#found.length > 0 ? `switcher-${this.#at}` : nothing} placeholder="Where to?" autocomplete="off" spellcheck="false" maxlength="100" dir="auto"
      @input=${() => this.#typed()} @keydown=${(event) => this.#key(event)}><ul class="switcher-list" id="switcher-list" role="listbox" aria-label="Places">${
      repeat(this.#found, nameOf, (one, i) => this.#option(one, i))}</ul>`, this.#dialog);
  }

  #option(one, i) {
    const { sign, label, note, count } = shown(one);
    return html`<li class="suggestion" id="switcher-${i}" role="option" aria-selected=${i === this.#at} @click=${() => this.#take(i)}
      >${sign}<span class="suggestion-label" dir="auto">${label}</span>${note ? html`<span class="suggestion-note">${note}</span>` : nothing}${
      count ? html`<span class="count">${count > 99 ? "99+" : count}<span class="quiet"> unread</span></span>` : nothing}</li>`;
  }
}

function nameOf(one) {
  return one && `${one.kind} ${one.room?.name ?? one.person?.username ?? one.command?.label ?? ""}`;
}

function shown({ kind, room, person, command, query }) {
  if (kind === "room") return { sign: sign(roomSign(room)), label: room.label, note: room.kind !== "direct" && room.label !== room.name ? `#${room.name}` : "", count: room.unread };
  if (kind === "person") return { sign: avatar(person.username, person), label: person.display_name || person.username, note: `@${person.username}` };
  if (kind === "command") return { sign: sign(icon("command")), label: command.label };
  return { sign: sign(icon("search")), label: `Search messages for “${query}”` };
}

function roomSign({ kind }) {
  if (kind === "private") return icon("lock");
  return kind === "direct" ? "@" : "#";
}

function sign(content) {
  return html`<span class="suggestion-sign" aria-hidden="true">${content}</span>`;
}
