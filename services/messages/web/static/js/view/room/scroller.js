const near = 120;
const far = 800;

/**
 * The scrolling box of a conversation. It runs from its end (column-reverse): scrollTop is 0 at the newest message and
 * negative above it.
 */
export class Scroller {
  #element;
  #content;

  constructor(element, content) {
    this.#element = element;
    this.#content = content;
  }

  get element() {
    return this.#element;
  }

  get fromBottom() {
    return Math.abs(this.#element.scrollTop);
  }

  get fromTop() {
    const { scrollHeight, clientHeight } = this.#element;
    return scrollHeight - clientHeight - this.fromBottom;
  }

  get nearBottom() {
    return this.fromBottom < near;
  }

  get closeToBottom() {
    return this.fromBottom < far;
  }

  get closeToTop() {
    return this.fromTop < far;
  }

  toBottom() {
    this.#element.scrollTop = 0;
  }

  to(element) {
    element.scrollIntoView({ block: "center" });
  }

  /** Changes the content while what the reader looks at stays where it is. */
  hold(change) {
    const anchor = this.#topmost();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.#element.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** The first message in view. */
  #topmost() {
    const top = this.#element.getBoundingClientRect().top;
    const messages = this.#content.children;
    let low = 0;
    let high = messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (messages[middle].getBoundingClientRect().bottom <= top) low = middle + 1;
      else high = middle;
    }
    return messages[low]?.querySelector(".message-row");
  }
}
