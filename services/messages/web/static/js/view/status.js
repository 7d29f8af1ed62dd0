const patience = 3000;

/** Shows the state of the connection: at once on <html data-connection>, after 3 s to the reader. */
export class Status {
  #banner;
  #timer = null;

  constructor(banner) {
    this.#banner = banner;
  }

  show(state) {
    document.documentElement.dataset.connection = state;
    if (!this.#banner) return;
    if (state === "live") {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#banner.hidden = true;
    } else {
      this.#timer ??= setTimeout(() => {
        this.#banner.hidden = false;
      }, patience);
    }
  }
}
