import { passes } from "./api.js";
import { Backoff } from "./backoff.js";

/**
 * Something to be done now and then: at most one at a time, at most once a `pace` (ms), once more if it was wanted
 * meanwhile, and tried again as long as what stands in the way may pass. run rejects as Api does; what does not pass goes
 * to onError, and is not tried again.
 */
export class Errand {
  #run;
  #onError;
  #clock;
  #pace;
  #backoff;
  #wanted = false;
  #running = false;
  #timer = null;
  #stopped = false;

  constructor({ run, onError = (_error) => {}, pace = 1000, clock = globalThis, random = Math.random }) {
    this.#run = run;
    this.#onError = onError;
    this.#pace = pace;
    this.#clock = clock;
    this.#backoff = new Backoff({ least: 1000, most: 2000, random });
  }

  get idle() {
    return !this.#wanted && !this.#running;
  }

  want() {
    this.#wanted = true;
    if (!this.#running && this.#timer === null) this.#go();
  }

  /** There is a connection again: what waits is tried at once. */
  hurry() {
    if (!this.#wanted || this.#running) return;
    this.#clock.clearTimeout(this.#timer);
    this.#backoff.reset();
    this.#go();
  }

  stop() {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  async #go() {
    if (this.#stopped) return;
    this.#wanted = false;
    this.#running = true;
    let wait = this.#pace;
    try {
      await this.#run();
      this.#backoff.reset();
    } catch (error) {
      wait = this.#failed(error);
    }
    this.#running = false;
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      if (this.#wanted) this.#go();
    }, wait);
  }

  #failed(error) {
    if (!passes(error)) {
      if (!this.#stopped) this.#onError(error);
      return this.#pace;
    }
    this.#wanted = true;
    return Math.max(error.retryAfter ?? 0, this.#backoff.next());
  }
}
