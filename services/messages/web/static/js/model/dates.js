import { sameDay } from "./grouping.js";

/** Writes dates and times for a reader: English words, as the page has, and the clock of the reader's country. */
export class Dates {
  #clock;
  #near;
  #far;
  #full;

  /** @param {readonly string[]} languages */
  constructor(languages = []) {
    const english = languages.find((language) => /^en\b/i.test(language)) ?? "en-GB";
    this.#clock = new Intl.DateTimeFormat(languages, { hour: "numeric", minute: "2-digit" });
    this.#near = new Intl.DateTimeFormat(english, { weekday: "long", day: "numeric", month: "long" });
    this.#far = new Intl.DateTimeFormat(english, { day: "numeric", month: "long", year: "numeric" });
    this.#full = new Intl.DateTimeFormat(english, { dateStyle: "full", timeStyle: "short" });
  }

  time(date) {
    return this.#clock.format(date);
  }

  full(date) {
    return this.#full.format(date);
  }

  day(date, now = new Date()) {
    if (sameDay(date, now)) return "Today";
    const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
    if (sameDay(date, yesterday)) return "Yesterday";
    return (date.getFullYear() === now.getFullYear() ? this.#near : this.#far).format(date);
  }
}
