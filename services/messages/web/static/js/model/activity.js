const every = 60_000; // ms: as often it is told that one acts
const idle = 300_000;

/** Tells whether one acts in this browser: now and then while one does, and once after five minutes without. */
export class Activity {
  #tell;
  #shelf;
  #now;
  #clock;
  #told = 0; // as far as is known here
  #timer = null;

  /**
   * shelf: of all pages of the browser.
   *
   * @param {{tell: (state: "online" | "away") => Promise<any>, shelf: any, now?: () => number, clock?: any}} options
   */
  constructor({ tell, shelf, now = Date.now, clock = globalThis }) {
    this.#tell = tell;
    this.#shelf = shelf;
    this.#now = now;
    this.#clock = clock;
  }

  /** One has done something: moved, typed, come back. */
  acted() {
    if (this.#now() - this.#told < every) return;
    this.#told = this.#shelf.get("acted") ?? 0; // another page may have told
    if (Math.abs(this.#now() - this.#told) >= every) this.#say("online", this.#now());
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#rest(), idle + every);
  }

  /** One acted a minute at most after it was told last; unless one does in another page. */
  #rest() {
    this.#told = this.#shelf.get("acted") ?? 0; // 0: another page has said so
    const left = this.#told + idle + every - this.#now();
    if (left <= 0 && this.#told > 0) this.#say("away", 0);
    else if (left > 0) this.#timer = this.#clock.setTimeout(() => this.#rest(), left);
  }

  #say(state, at) {
    this.#told = at;
    this.#shelf.set("acted", at);
    this.#tell(state).catch(() => {}); // a hint
  }
}
