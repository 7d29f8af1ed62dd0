import { faces } from "./model/faces.js";
import { Finder } from "./model/finder.js";
import { FoundView } from "./view/found/foundview.js";

const titles = { search: "Search", mentions: "Mentions" };

/** Where messages of all rooms are shown, in the place of a room: those that a search finds, and those that mention the reader. */
export class FoundStage {
  #element;
  #head;
  #chat;
  #go;
  #finders;
  #view;
  #shown = null; // {view, q}
  #places = {}; // by view: where its reader was

  /** element: where to show; head: the RoomHead; go(address). */
  constructor({ element, head, chat, dates, go }) {
    this.#element = element;
    this.#head = head;
    this.#chat = chat;
    this.#go = go;
    element.replaceChildren();
    this.#finders = {
      search: this.#finderOf((query, before) => chat.api.search(query, before)),
      mentions: this.#finderOf((_, before) => chat.api.mentions(before)),
    };
    faces.addEventListener("change", () => this.#shown && this.#render());
    const labelOf = (name) => chat.labelOf(name);
    this.#view = new FoundView(element, { me: chat.username, dates, labelOf }, {
      query: (text) => this.#go(`/search?${new URLSearchParams({ q: text })}`),
      further: () => this.#finder?.further(),
      again: () => this.#finder?.again(),
    });
  }

  #finderOf(ask) {
    const finder = new Finder((query, before) => ask(query, before).catch((error) => {
      if (error.signedOut) this.#chat.line.post({ type: "ended" });
      throw error;
    }));
    finder.addEventListener("change", () => finder === this.#finder && this.#render());
    return finder;
  }

  get #finder() {
    return this.#shown && this.#finders[this.#shown.view];
  }

  /** how: "back" keeps what was there, and where its reader was; mentions are always looked up anew by a click. */
  async show(route, how) {
    this.#leave();
    const { view, q = "" } = route;
    this.#shown = { view, q };
    this.#element.setAttribute("aria-label", titles[view]);
    this.#head.other(titles[view]);
    this.#chat.away(q ? `${q} · Search` : titles[view]);
    const known = this.#finder.asked === q && how === "back";
    if (!known && view === "search" && !q) this.#finder.clear();
    for (const link of mentionLinks()) link.setAttribute("aria-current", view === "mentions" ? "page" : "false");
    this.#render();
    this.#view.focus();
    if (known) this.#view.scrollTop = this.#places[view] ?? 0;
    else if (view === "mentions" || q) await this.#finder.first(q);
  }

  /** A room is shown again. */
  hide() {
    this.#leave();
    this.#shown = null;
  }

  #leave() {
    if (this.#shown) this.#places[this.#shown.view] = this.#view.scrollTop;
  }

  #render() {
    this.#view.show({ view: this.#shown.view, finder: this.#finder, query: this.#shown.q });
  }
}

/** The link at the side, which says where one is. */
function mentionLinks() {
  return document.querySelectorAll('#sidebar a[href="/mentions"]');
}
