const pace = 20_000; // ms
const patience = 5000;

/**
 * A page's line to the hub. It says hello to every hub that it finds: the first, and those that come after one has closed.
 * It asks now and then whether the hub is there: a browser may end a worker without a word.
 *
 * Every message of the hub (see hub.js) is an event of its type; the message is its detail.
 */
export class Line extends EventTarget {
  #links;
  /** @type {any} a WorkerLink, an Election or an OwnLink: see ways.js */
  #link = null;
  #hello;
  #open = false;
  #clock;
  #timer = null;
  #heard = true;

  /** links are ways to reach the hub, made when they are needed: the next is taken when one fails. */
  constructor(links, { clock = globalThis } = {}) {
    super();
    this.#links = [...links];
    this.#clock = clock;
  }

  /** hello() is what to tell a hub of this page. */
  open(hello) {
    this.#hello = hello;
    this.#open = true;
    this.#use(this.#links.shift());
    this.ask();
  }

  /** Asks whether the hub is there, and looks for another if it does not answer. */
  ask() {
    this.#heard = false;
    this.post({ type: "ping" });
    this.#later(patience, () => {
      if (!this.#heard) this.#link?.enter();
      this.#later(pace, () => this.ask());
    });
  }

  post(message) {
    this.#link?.post(message);
  }

  /** The page closes, or is put away; resume takes it up again. */
  close() {
    this.#open = false;
    this.#clock.clearTimeout(this.#timer);
    this.post({ type: "bye" });
    this.#link?.withdraw();
  }

  resume() {
    if (this.#open) return;
    this.#open = true;
    this.#link?.enter();
    this.ask();
  }

  #use(make) {
    const link = make();
    this.#link = link;
    link.receive = (message) => this.#open && this.#receive(message);
    link.renewed = () => this.#open && link.post({ type: "hello", ...this.#hello() });
    link.failed = () => link === this.#link && this.#links.length > 0 && this.#use(this.#links.shift());
    link.enter();
  }

  #receive(message) {
    this.#heard = true;
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  #later(delay, act) {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(act, delay);
  }
}
