/**
 * Writes dates and times for a reader: in the language and the time zone that they have chosen; else in English words, as the
 * page has, with the clock of the reader's country, and in the browser's zone.
 */
export class Dates {
  #clock;
  #near;
  #far;
  #full;
  #key;
  #relative;

  /**
   * @param {readonly string[]} languages the browser's
   * @param {{language?: string, zone?: string}} chosen
   */
  constructor(languages = [], { language = "", zone = "" } = {}) {
    const words = known(language) || (languages.find((one) => /^en\b/i.test(one)) ?? "en-GB");
    const format = (locales, options) => new Intl.DateTimeFormat(locales, { ...options, timeZone: zoneOf(zone) });
    this.#clock = format(known(language) || languages, { hour: "numeric", minute: "2-digit" });
    this.#near = format(words, { weekday: "long", day: "numeric", month: "long" });
    this.#far = format(words, { day: "numeric", month: "long", year: "numeric" });
    this.#full = format(words, { dateStyle: "full", timeStyle: "short" });
    this.#key = format("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
    if (zone) this.same = (a, b) => this.#key.format(a) === this.#key.format(b);
    this.#relative = new Intl.RelativeTimeFormat(words, { numeric: "auto" });
  }

  /** same(a, b): whether two dates are one day; undefined where the clock of the browser says so. */
  same;

  time(date) {
    return this.#clock.format(date);
  }

  full(date) {
    return this.#full.format(date);
  }

  day(date, now = new Date()) {
    const [day, today] = [date, now].map((one) => this.#key.format(one));
    const away = Math.round((Date.parse(today) - Date.parse(day)) / 86_400_000);
    if (away === 0 || away === 1) return capital(this.#relative.format(-away, "day"));
    return (day.slice(0, 4) === today.slice(0, 4) ? this.#near : this.#far).format(date);
  }
}

/** What the browser doesn't know is as if it had not been chosen. */
function known(language) {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? "";
  } catch {
    return "";
  }
}

function zoneOf(zone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone || undefined }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function capital(text) {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("");
}
