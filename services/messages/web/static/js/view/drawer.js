/** On a phone the rooms are in a drawer. While it is open the rest of the page is out of reach. */
export class Drawer {
  #opener;
  #main;
  #sidebar;

  constructor({ opener, closer, scrim, main, sidebar }) {
    this.#opener = opener;
    this.#main = main;
    this.#sidebar = sidebar;
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", sidebar.id);
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      this.#open();
    });
    opener.addEventListener("keydown", (event) => {
      if (event.key !== " ") return; // a link with a button's role
      event.preventDefault();
      this.#open();
    });
    closer.addEventListener("click", () => this.#close());
    scrim.addEventListener("click", () => this.#close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#isOpen && !document.querySelector("dialog[open]")) this.#close();
    });
    matchMedia("(max-width: 48rem)").addEventListener("change", () => this.#isOpen && this.#close());
  }

  get #isOpen() {
    return document.documentElement.dataset.drawer === "open";
  }

  #open() {
    document.documentElement.dataset.drawer = "open";
    this.#main.inert = true;
    this.#opener.setAttribute("aria-expanded", "true");
    (this.#sidebar.querySelector("[aria-current]") ?? this.#sidebar.querySelector("a")).focus();
  }

  /** One has gone on to a room: the focus goes there. */
  shut() {
    if (this.#isOpen) this.#close(false);
  }

  #close(back = true) {
    delete document.documentElement.dataset.drawer;
    this.#main.inert = false;
    this.#opener.setAttribute("aria-expanded", "false");
    if (back) this.#opener.focus();
  }
}
