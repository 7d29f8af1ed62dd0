/** What stands above the conversation and can change while it is open: title, topic, and whether anything can be added. */
export class RoomHead {
  #name;
  #topic;
  #closed;
  #composer;

  constructor({ name, topic, closed, composer }) {
    this.#name = name;
    this.#topic = topic;
    this.#closed = closed;
    this.#composer = composer;
  }

  show({ kind, title, topic, archived }) {
    if (this.#name && kind !== "direct") this.#name.textContent = title;
    if (this.#topic) {
      this.#topic.textContent = topic;
      this.#topic.hidden = !topic;
    }
    if (!this.#closed) return;
    this.#closed.hidden = !archived;
    this.#composer.hidden = archived;
  }
}
