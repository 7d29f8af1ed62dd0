import { routeOf } from "./model/route.js";

/**
 * The addresses that this document shows by itself. A click on a link to one, Back and Forward change the view and not
 * the document; everything else is left to the browser.
 */
export class Router {
  #show;
  #knows;

  /** show(route, how): how is "click", "back" or "here". knows(route): whether this document can show it. */
  constructor({ show, knows }) {
    this.#show = show;
    this.#knows = knows;
    history.scrollRestoration = "manual";
    document.addEventListener("click", (event) => this.#clicked(event));
    addEventListener("popstate", () => this.#moved());
  }

  /** To an address, as by a click. */
  go(address) {
    const url = new URL(address, location.href);
    const route = routeOf(url);
    if (url.origin !== location.origin || !route || !this.#knows(route)) {
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
    if (!route || link.origin !== location.origin || !this.#knows(route)) return;
    if (link.hash && !route.id) return; // a part of this page
    event.preventDefault();
    this.go(link.href);
  }

  #moved() {
    const route = routeOf(location);
    if (route && this.#knows(route)) this.#show(route, "back");
    else location.reload();
  }
}

function isPlain(event, link) {
  const { button, ctrlKey, metaKey, shiftKey, altKey, defaultPrevented } = event;
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey && !defaultPrevented && ["", "_blank"].includes(link.target) && !link.hasAttribute("download");
}
