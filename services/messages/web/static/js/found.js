/** Whether messages of all rooms are shown in the place of a room. What shows them is fetched when it is first needed. */
export class Found {
  #main;
  #element;
  #stage;
  #made = null;
  #turn = 0;

  shown = false;

  /** stage() resolves to the FoundStage. */
  constructor(main, element, stage) {
    this.#main = main;
    this.#element = element;
    this.#stage = stage;
  }

  /** The page was written with it. */
  begin() {
    this.shown = true;
  }

  async show(route, how) {
    const turn = ++this.#turn;
    this.shown = true;
    this.#main.dataset.view = "found";
    this.#element.hidden = false;
    try {
      this.#made ??= await this.#stage();
    } catch {
      if (turn === this.#turn) this.#element.textContent = "There is no connection just now. Go back, and try again.";
      return;
    }
    if (turn === this.#turn) await this.#made.show(route, how);
  }

  hide() {
    this.#turn++;
    if (!this.shown) return;
    this.shown = false;
    this.#made?.hide();
    for (const link of document.querySelectorAll('#sidebar a[href="/mentions"]')) link.removeAttribute("aria-current");
    delete this.#main.dataset.view;
    this.#element.hidden = true;
  }
}
