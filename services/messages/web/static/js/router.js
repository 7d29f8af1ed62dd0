import { routeOf } from "./model/route.js";

/**
 * The addresses that this document shows by itself. A click on a link to one, Back and Forward change the view and not
 * the document; everything else is left to the browser.
 */
export class Router {
  #show;
  #knows;
  #admit;
  #turn = 0;

  /**
   * show(route, how): how is "click", "back" or "here". knows(route): whether this document can show it; if it can't yet,
   * admit(route) resolves to whether it can then.
   */
  constructor({ show, knows, admit }) {
    this.#show = show;
    this.#knows = knows;
    this.#admit = admit;
    history.scrollRestoration = "manual";
    document.addEventListener("click", (event) => this.#clicked(event));
    addEventListener("popstate", () => this.#moved());
  }

  /** To an address, as by a click. Who goes elsewhere meanwhile is not brought back. */
  async go(address) {
    const url = new URL(address, location.href);
    const route = routeOf(url);
    const turn = ++this.#turn;
    const known = route && url.origin === location.origin && (this.#knows(route) || (await this.#admit(route)));
    if (turn !== this.#turn) return;
    if (!known) {
      location.assign(url);
      return;
    }
    if (url.href !== location.href) history.pushState(null, "", url);
    this.#show(route, "click");
  }

  #clicked(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || !isPlain(event, link)) return;
    const route = routeOf(link);
    if (!route || link.origin !== location.origin) return;
    if (link.hash && !route.id) return; // a part of this page
    event.preventDefault();
    this.go(link.href);
  }

  #moved() {
    this.#turn++;
    const route = routeOf(location);
    if (route && this.#knows(route)) this.#show(route, "back");
    else location.reload();
  }
}

function isPlain(event, link) {
  const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey && !defaultPrevented && ["", "_blank"].includes(link.target) && !link.hasAttribute("download");
}
