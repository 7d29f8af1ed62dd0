const key = "emoji";
const shown = 6;
const mostKept = 40;
const atFirst = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

/** The emojis that somebody uses most, kept in this browser; at first those that people use anyway. */
export class Favourites {
  #shelf;

  constructor(shelf) {
    this.#shelf = shelf;
  }

  get list() {
    const used = Object.entries(this.#counts).sort(([, a], [, b]) => b - a).map(([emoji]) => emoji);
    return [...new Set([...used, ...atFirst])].slice(0, shown);
  }

  use(emoji) {
    const counts = this.#counts;
    const others = Object.entries(counts).filter(([other]) => other !== emoji).slice(0, mostKept - 1);
    this.#shelf.set(key, { [emoji]: (counts[emoji] ?? 0) + 1, ...Object.fromEntries(others) });
  }

  get #counts() {
    return this.#shelf.get(key) ?? {};
  }
}
