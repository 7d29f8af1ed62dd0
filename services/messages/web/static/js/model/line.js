/**
 * A page's line to the hub. It says hello to every hub that it finds: the first, and those that come after one has closed.
 *
 * Every message of the hub (see hub.js) is an event of its type; the message is its detail.
 */
export class Line extends EventTarget {
  #links;
  #link = null;
  #hello;
  #open = false;

  /** links are ways to reach the hub, made when they are needed: the next is taken when one fails. */
  constructor(links) {
    super();
    this.#links = [...links];
  }

  /** hello() is what to tell a hub of this page. */
  open(hello) {
    this.#hello = hello;
    this.#open = true;
    this.#use(this.#links.shift());
  }

  post(message) {
    this.#link?.post(message);
  }

  /** The page closes, or is put away; resume takes it up again. */
  close() {
    this.#open = false;
    this.post({ type: "bye" });
    this.#link?.withdraw();
  }

  resume() {
    if (this.#open) return;
    this.#open = true;
    this.#link?.enter();
  }

  #use(make) {
    const link = make();
    this.#link = link;
    link.receive = (message) => this.#open && this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    link.renewed = () => this.#open && link.post({ type: "hello", ...this.#hello() });
    link.failed = () => link === this.#link && this.#links.length > 0 && this.#use(this.#links.shift());
    link.enter();
  }
}
