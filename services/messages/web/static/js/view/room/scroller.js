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

  /** To the middle; or to the top, a little below. */
  to(element, block = "center") {
    element.scrollIntoView({ block });
  }

  /** Above what is in view: -1, below: 1, else 0. */
  sideOf(element) {
    const box = this.#element.getBoundingClientRect();
    const { top, bottom } = element.getBoundingClientRect();
    if (bottom <= box.top) return -1;
    return top >= box.bottom ? 1 : 0;
  }

  /** Changes the content while what the reader looks at stays where it is. */
  hold(change) {
    const anchor = this.#topmost()?.querySelector(".message-row");
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.#element.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Where the reader is: {id, top} of the first message in view. */
  get place() {
    const first = this.#topmost();
    return first && { id: Number(first.dataset.id), top: this.#topOf(first) };
  }

  /** Back to a place; false if its message is not there. */
  return({ id, top }) {
    const first = this.#content.querySelector(`[data-id="${id}"]`);
    if (first) this.#element.scrollTop += this.#topOf(first) - top;
    return Boolean(first);
  }

  /** The id of the last message that can be seen to its end; 0 for none. */
  get lastSeen() {
    const { bottom } = this.#element.getBoundingClientRect();
    const next = this.#find((message) => message.getBoundingClientRect().bottom <= bottom + 1);
    const last = this.#content.children[next - 1];
    return last ? Number(last.dataset.id) : 0;
  }

  #topOf(message) {
    return message.querySelector(".message-row").getBoundingClientRect().top - this.#element.getBoundingClientRect().top;
  }

  #topmost() {
    const { top } = this.#element.getBoundingClientRect();
    return this.#content.children[this.#find((message) => message.getBoundingClientRect().bottom <= top)];
  }

  /** The place of the first message of which it does not hold; it holds of those before. */
  #find(holds) {
    const messages = this.#content.children;
    let low = 0;
    let high = messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(messages[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
