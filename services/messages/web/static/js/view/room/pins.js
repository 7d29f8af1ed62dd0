import { why } from "../../model/acts.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { icon } from "../icon.js";
import { excerpt } from "../message/quote.js";

/** The list of what is pinned in the open room, in a dialog: each leads to its message. */
export class Pins {
  #api;
  #dates;
  #room; // () => its summary
  #dialog = document.createElement("dialog");
  #messages = null;
  #problem = "";

  constructor({ api, dates, room }) {
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
    document.body.append(this.#dialog);
  }

  open() {
    this.#messages = null;
    this.#show();
    this.#dialog.showModal();
    this.#load();
  }

  async #load() {
    const { name } = this.#room();
    this.#problem = "";
    try {
      const { messages } = await this.#api.pins(name);
      if (this.#room()?.name !== name) return;
      this.#messages = messages;
    } catch (error) {
      this.#problem = `What is pinned could not be loaded. ${why(error)}`;
    }
    this.#show();
  }

  async #unpin({ room, id }) {
    try {
      await this.#api.pin(room, id, false);
      this.#messages = this.#messages.filter((message) => message.id !== id);
      this.#problem = "";
    } catch (error) {
      this.#problem = `It was not unpinned. ${why(error)}`;
    }
    this.#show();
    /** @type {HTMLElement} */ (this.#dialog.querySelector("[data-unpin], [data-close]")).focus();
  }

  #show() {
    const room = this.#room();
    render(html`<div class="pins-head"><h2 id="pins-title">Pinned messages</h2><button class="button-icon" type="button" data-close aria-label="Close"
      @click=${() => this.#dialog.close()}>${icon("close")}</button></div>${this.#problem ? html`<div class="act-problem" role="alert">${this.#problem} <button class="button-text"
      type="button" @click=${() => this.#load()}>Try again</button></div>` : nothing}${this.#list(room)}`, this.#dialog);
  }

  #list(room) {
    if (!this.#messages) return this.#problem ? nothing : html`<p class="pins-none" role="status"><span class="spinner" aria-hidden="true"></span>Loading…</p>`;
    if (this.#messages.length === 0) return html`<p class="pins-none">Nothing is pinned here yet. Whoever is in the room can pin a message, by its menu, for everybody to find.</p>`;
    return html`<ul class="pins-list">${repeat(this.#messages, ({ id }) => id, (message) => this.#item(message, room))}</ul>`;
  }

  #item(message, { archived }) {
    const { id, room, username, created_at: at, pinned_by: by } = message;
    const date = new Date(at);
    return html`<li><a class="pins-link" href="/chat/${room}/${id}"><strong>${username}</strong> <time datetime=${at} title=${this.#dates.full(date)}>${
      this.#dates.day(date)}, ${this.#dates.time(date)}</time><span class="pins-text" dir="auto">${excerpt(message)}</span><span class="pins-by">Pinned by ${by}</span></a>${
      archived ? nothing : html`<button class="button-text pins-unpin" type="button" data-unpin aria-label="Unpin the message of ${username}" @click=${() => this.#unpin(message)}>Unpin</button>`}</li>`;
  }
}
