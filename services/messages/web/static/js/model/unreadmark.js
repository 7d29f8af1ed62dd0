/** Where what is unread in a room begins: the first message at or after `from`; null: nowhere. */
export class UnreadMark {
  #room;
  #me;

  from = null;

  /** room: the OpenRoom. */
  constructor({ room, me }) {
    this.#room = room;
    this.#me = me;
  }

  /** The reader comes to the room, in which so many are unread. Returns whether there is anything to mark. */
  begin({ messages, first }, unread) {
    const { read } = this.#room;
    const found = messages.find((message) => message.id > read && this.#counts(message));
    if (this.from !== null || read === null || !found || unread === 0) return false;
    this.from = read < (first?.id ?? 0) ? read + 1 : found.id;
    return true;
  }

  /** The reader has marked what comes from a message on. */
  set(id) {
    this.from = id;
  }

  /** These came, and were not seen as they did. */
  miss(news) {
    if (news.length > 0) this.from ??= news[0].id;
  }

  clear() {
    this.from = null;
  }

  /** Those that somebody else has said, and that were not there before. */
  news(messages, history) {
    return messages.filter((message) => message.id === message.revision && this.#counts(message) && !history.get(message.id));
  }

  #counts({ username, deleted, thread }) {
    return username !== this.#me && !deleted && !thread;
  }
}
