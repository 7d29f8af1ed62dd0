/** Loads more at the ends of a conversation when its reader comes near to them. */
export class Edges {
  #history;
  #loader;
  #view;
  #loaded;

  /** What is said at the upper end. unknown: it is not known yet what there is at all. */
  signs = { loading: false, failed: false, unknown: true };

  /** view(): the ConversationView. loaded() is called when there is more. */
  constructor({ history, loader, view, loaded }) {
    this.#history = history;
    this.#loader = loader;
    this.#view = view;
    this.#loaded = loaded;
  }

  /** The reader has scrolled. */
  near() {
    const { closeToTop, closeToBottom } = this.#view().scroller;
    if (closeToTop && !this.signs.failed) this.older();
    if (closeToBottom && !this.#history.atNewest) this.#newer();
  }

  /** What is loaded does not fill the view, or its end is in it. */
  fill() {
    const { fromTop, fromBottom } = this.#view().scroller;
    if (fromTop <= 0 && !this.signs.failed) this.older();
    if (fromBottom <= 0 && !this.#history.atNewest && !this.#loader.busy) this.#newer();
  }

  async older() {
    if (!this.#history.hasOlder || !this.#history.first || this.#loader.busy) return;
    this.#sign({ loading: true, failed: false });
    const loaded = await this.#loader.older();
    this.#sign({ loading: false, failed: loaded === false });
    if (loaded) this.#loaded();
  }

  async #newer() {
    if (await this.#loader.newer()) this.#loaded();
  }

  #sign(signs) {
    Object.assign(this.signs, signs);
    this.#view().scroller.hold(() => this.#view().show());
  }
}
