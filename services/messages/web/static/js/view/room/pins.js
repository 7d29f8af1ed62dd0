import { faces } from "../../model/faces.js";
import { why } from "../../model/acts.js";
import { PinList } from "../../model/pinlist.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { icon } from "../icon.js";
import { excerpt } from "../message/quote.js";

/** The list of what is pinned in the open room, in a dialog: each leads to its message. What others do shows while it is open. */
export class Pins {
  #api;
  #dates;
  #room; // () => its summary
  #dialog = document.createElement("dialog");
  /** @type {PinList | null} */
  #list = null; // while it is open
  #loaded = false;
  #problem = "";

  /** line: of which the room's messages come. */
  constructor({ api, dates, room, line }) {
    this.#api = api;
    this.#dates = dates;
    this.#room = room;
    this.#dialog.className = "dialog pins";
    this.#dialog.id = "pins";
    this.#dialog.setAttribute("aria-labelledby", "pins-title");
    this.#dialog.addEventListener("click", ({ target }) => {
      const element = /** @type {Element} */ (target);
      if (element === this.#dialog || element.closest("a")) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => {
      this.#list = null;
    });
    document.body.append(this.#dialog);
    line.addEventListener("messages", ({ detail }) => this.#take(detail));
    for (const type of ["rooms", "mine"]) line.addEventListener(type, () => this.#expire());
    line.addEventListener("reset", ({ detail }) => this.#list && detail.room === this.#room()?.name && this.#begin());
  }

  open() {
    this.#begin();
    this.#dialog.showModal();
  }

  #begin() {
    this.#list = new PinList();
    this.#list.expire(this.#room()?.floor ?? 0);
    this.#loaded = false;
    this.#show();
    this.#load();
  }

  #take({ room, messages }) {
    const list = this.#list;
    if (!list || room !== this.#room()?.name) return;
    const changed = messages.map((message) => list.take(message)).includes(true);
    if (changed && this.#loaded) this.#redraw();
  }

  #expire() {
    if (this.#list?.expire(this.#room()?.floor ?? 0) && this.#loaded) this.#redraw();
  }

  /** Shows what has changed, and keeps the focus within. */
  #redraw() {
    const within = this.#dialog.contains(document.activeElement);
    this.#show();
    if (within && !this.#dialog.contains(document.activeElement)) this.#focus();
  }

  #focus() {
    /** @type {HTMLElement} */ (this.#dialog.querySelector("[data-unpin], [data-close]")).focus();
  }

  async #load() {
    const list = this.#list;
    this.#problem = "";
    try {
      const { messages } = await this.#api.pins(this.#room().name);
      if (this.#list !== list) return;
      list.list(messages);
      this.#loaded = true;
    } catch (error) {
      if (this.#list !== list) return;
      this.#problem = `What is pinned could not be loaded. ${why(error)}`;
    }
    this.#show();
  }

  async #unpin({ room, id }) {
    try {
      await this.#api.pin(room, id, false);
      this.#list?.remove(id);
      this.#problem = "";
    } catch (error) {
      this.#problem = `It was not unpinned. ${why(error)}`;
    }
    if (!this.#list) return;
    this.#show();
    this.#focus();
  }

  #show() {
    const room = this.#room();
    render(html`<div class="pins-head"><h2 id="pins-title">Pinned messages</h2><button class="button-icon" type="button" data-close aria-label="Close"
      @click=${() => this.#dialog.close()}>${icon("close")}</button></div>${this.#problem ? html`<div class="act-problem" role="alert">${this.#problem} <button class="button-text"
      type="button" @click=${() => this.#load()}>Try again</button></div>` : nothing}${this.#items(room)}`, this.#dialog);
  }

  #items(room) {
    const messages = this.#list?.messages ?? [];
    if (!this.#loaded) return this.#problem ? nothing : html`<p class="pins-none" role="status"><span class="spinner" aria-hidden="true"></span>Loading…</p>`;
    if (messages.length === 0) return html`<p class="pins-none">Nothing is pinned here yet. Whoever is in the room can pin a message, by its menu, for everybody to find.</p>`;
    return html`<ul class="pins-list">${repeat(messages, ({ id }) => id, (message) => this.#item(message, room))}</ul>`;
  }

  #item(message, { archived }) {
    const { id, room, username, created_at: at, pinned_by: by } = message;
    const date = new Date(at);
    return html`<li><a class="pins-link" href="/chat/${room}/${id}"><strong dir="auto">${faces.name(username)}</strong> <time datetime=${at} title=${this.#dates.full(date)}>${
      this.#dates.day(date)}, ${this.#dates.time(date)}</time><span class="pins-text" dir="auto">${excerpt(message)}</span><span class="pins-by">Pinned by ${by}</span></a>${
      archived ? nothing : html`<button class="button-text pins-unpin" type="button" data-unpin aria-label="Unpin the message of ${faces.name(username)}" @click=${() => this.#unpin(message)}>Unpin</button>`}</li>`;
  }
}
