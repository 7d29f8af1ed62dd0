import { arrange } from "../../model/arrange.js";
import { continues } from "../../model/grouping.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { entry } from "../message/entry.js";
import { message } from "../message/message.js";
import { beginning, failed, loading, nothingSaid } from "./signs.js";
import { newest } from "./newest.js";
import { Scroller } from "./scroller.js";

/**
 * A conversation in the page: it shows what it is given, and holds what the reader looks at in its place. One that is away
 * stays laid out and is not painted, so that it is there at once; the ids are those of the one that is here.
 */
export class ConversationView {
  #element = document.createElement("div");
  #scroller;
  #dates;
  #username;
  #on;
  #turn = 0; // counts up when dates have other names
  #model;
  #linked = null;
  #button = { shown: false, count: 0 };

  /** on: {scroll, older, newest, retry, discard}. model(): {room, history, doings, outbox, unreadFrom, signs}. */
  constructor({ dates, username, model, on }) {
    this.#dates = dates;
    this.#username = username;
    this.#model = model;
    this.#on = on;
    this.#element.className = "conversation";
    this.show();
    this.here = false;
    this.#scroller = new Scroller(this.#element.querySelector(".scroller"), this.#element.querySelector(".log"));
    this.#scroller.element.addEventListener("scroll", () => on.scroll(), { passive: true });
  }

  get element() {
    return this.#element;
  }

  get scroller() {
    return this.#scroller;
  }

  /** Whether it is the one that is seen. */
  set here(yes) {
    this.#element.toggleAttribute("data-away", !yes);
    for (const part of ["scroller", "log", "outbox", "newest", "newest-text"]) {
      const element = this.#element.querySelector(`.${part}`);
      if (yes) element.id = part;
      else element.removeAttribute("id");
    }
  }

  message(id) {
    return this.#element.querySelector(`[data-id="${id}"]`);
  }

  get divider() {
    return this.#element.querySelector(".unread");
  }

  /** Shows the model as it is now. */
  show() {
    render(this.#template(), this.#element);
  }

  relabel() {
    this.#turn++;
    this.show();
  }

  /** Marked by hand: a message that was loaded for it is not the :target of the address. */
  link(id) {
    this.#linked = id;
    this.show();
  }

  /** The button down. count: how many are unread. */
  lead(shown, count) {
    if (shown === this.#button.shown && count === this.#button.count) return;
    this.#button = { shown, count };
    this.show();
  }

  #template() {
    const { room, history, doings, outbox, unreadFrom, signs } = this.#model();
    const empty = history.size === 0 && outbox.entries.length === 0 && !signs.unknown;
    return html`<div class="scroller" tabindex="0" role="region" aria-label="Messages in ${room.label}"><div class="column">${
      signs.loading ? loading() : nothing}${signs.failed ? failed(this.#on.older) : nothing}${
      !empty && !history.hasOlder && !signs.unknown ? beginning(room) : nothing}${empty ? nothingSaid(room) : nothing
    }<div class="log" role="log" aria-live="off" aria-label="Messages">${this.#messages(history, doings, unreadFrom)}</div><div
      class="outbox" role="group" aria-label="Messages on their way">${this.#entries(room.name, history.last, doings, outbox)}</div></div></div>${
      newest(this.#button, this.#on.newest)}`;
  }

  #messages(history, doings, unreadFrom) {
    const dayOf = (date) => this.#dates.day(date);
    const around = arrange(history, { unreadFrom, dayOf, sameDay: this.#dates.same });
    const look = { me: this.#username, dates: this.#dates, turn: this.#turn, doings };
    return repeat(history.messages, ({ id }) => id, ({ id }, i) =>
      message(doings.message(id), { ...around[i], linked: id === this.#linked }, look));
  }

  #entries(room, last, doings, { entries, waiting }) {
    let before = last;
    return repeat(entries, ({ clientId }) => clientId, (one) => {
      const said = { username: this.#username, created_at: new Date(one.at).toISOString() };
      const continued = continues(before, said) && !one.replyTo;
      const answered = one.replyTo && doings.answered(one.replyTo);
      before = said;
      return entry(one, { room, username: this.#username, continued, answered, waiting, dates: this.#dates, on: this.#on });
    });
  }
}
