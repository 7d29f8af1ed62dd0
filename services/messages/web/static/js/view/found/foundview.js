import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../icon.js";
import { hit } from "./hit.js";
import { filters, nothingFound, whatIsFound } from "./words.js";

/** The list of what was found, under a field for the search if it is one. More comes when its end is near. */
export class FoundView {
  #element;
  #look;
  #on;
  #end;

  /** look: {me, dates, labelOf}. on: {query(text), further(), again()}. */
  constructor(element, look, on) {
    this.#element = element;
    this.#look = look;
    this.#on = on;
    this.#end = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && on.further(), { root: element, rootMargin: "600px" });
  }

  get scrollTop() {
    return this.#element.scrollTop;
  }

  set scrollTop(top) {
    this.#element.scrollTop = top;
  }

  focus() {
    /** @type {HTMLElement} */ (this.#element.querySelector("input[type=search]") ?? this.#element).focus({ preventScroll: true });
  }

  /** view: "search" or "mentions"; query: what the field has. */
  show({ view, finder, query }) {
    render(html`<div class="page-column">${view === "search" ? this.#form(query) : nothing}${this.#list(view, finder)}</div>`, this.#element);
    this.#element.toggleAttribute("aria-busy", finder.state === "loading");
    const last = this.#element.querySelector(".found-item:last-child");
    this.#end.disconnect();
    if (last && finder.more && finder.state === "idle") this.#end.observe(last);
  }

  #form(query) {
    return html`<form class="search" role="search" action="/search" @submit=${(event) => this.#submit(event)}>${icon("search")}<input class="input" type="search" name="q" .value=${
      query} aria-label="Search messages" aria-describedby="found-status" placeholder="Search messages" autocomplete="off" dir="auto" maxlength="500"
      ><button class="button">Search</button></form>${filters()}`;
  }

  #submit(event) {
    event.preventDefault();
    this.#on.query(String(new FormData(event.target).get("q")).trim());
  }

  #list(view, finder) {
    const { messages, state, asked } = finder;
    return html`<p class="quiet" id="found-status" role="status">${whatIsFound(finder)}</p>${
      messages.length > 0 ? html`<ul class="list">${messages.map((message) => hit(message, this.#look))}</ul>` : nothing}${
      state === "loading" ? html`<div class="older"><span class="spinner" aria-hidden="true"></span>Looking…</div>` : nothing}${
      state === "failed" ? this.#failed(finder) : nothing}${
      state === "idle" && asked !== null && messages.length === 0 ? nothingFound(view, asked) : nothing}`;
  }

  #failed({ problem }) {
    return html`<div class="calm" role="alert"><p>${problem}</p><button class="button button-plain" type="button" @click=${this.#on.again}>Try again</button></div>`;
  }
}
