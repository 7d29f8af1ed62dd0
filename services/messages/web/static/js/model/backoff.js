/**
 * How long to wait before the next try: at first a random time between `least` and `most`, so that a crowd does not
 * return at once, then twice that with every try, `longest` at the end.
 */
export class Backoff {
  #least;
  #most;
  #longest;
  #random;
  #tries = 0;

  constructor({ least = 1000, most = 5000, longest = 30_000, random = Math.random } = {}) {
    this.#least = least;
    this.#most = most;
    this.#longest = longest;
    this.#random = random;
  }

  next() {
    const first = this.#least + this.#random() * (this.#most - this.#least);
    const delay = Math.min(this.#longest, first * 2 ** this.#tries);
    this.#tries++;
    return Math.round(delay);
  }

  reset() {
    this.#tries = 0;
  }
}
