/** Places of the open room that one can jump to. */
export class Places {
  #api;
  #stage;

  constructor(api, stage) {
    this.#api = api;
    this.#stage = stage;
  }

  /** The first message of a day or after it. Resolves to whether there is one. */
  day(date) {
    return this.#to({ since: date.toISOString(), limit: 1 });
  }

  first() {
    return this.#to({ after: 0, limit: 1 }).catch(() => false);
  }

  unread() {
    this.#stage.current?.reader.toUnread();
  }

  newest() {
    this.#stage.current?.reader.toNewest();
  }

  async #to(place) {
    const { messages: [first] } = await this.#api.history(this.#stage.wanted, place);
    if (first) await this.#stage.current?.reader.goTo(first.id);
    return Boolean(first);
  }
}
