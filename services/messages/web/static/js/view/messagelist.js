import { continues, startsDay } from "../model/grouping.js";
import { MessageView } from "./messageview.js";

/** The loaded messages in the page: the elements of a History, in days and groups. */
export class MessageList {
  #element;
  #history;
  #dates;
  #views = new Map();
  #unreadFrom = null;

  constructor(element, history, dates) {
    this.#element = element;
    this.#history = history;
    this.#dates = dates;
  }

  /** Takes over what the server wrote; returns its messages. */
  adopt(room) {
    return [...this.#element.children].map((element) => {
      const view = new MessageView(this.#dates, element);
      const message = view.read(room);
      view.showTime(message.created_at);
      this.#views.set(message.id, view);
      return message;
    });
  }

  element(id) {
    return this.#views.get(id)?.element;
  }

  /** Shows messages that have come into the history. */
  add(messages) {
    for (const message of messages) {
      const view = new MessageView(this.#dates);
      view.show(message);
      this.#views.set(message.id, view);
      const next = this.#history.after(message.id);
      this.#element.insertBefore(view.element, this.#nextShown(next) ?? null);
    }
    this.#arrangeAround(messages);
  }

  update(messages) {
    for (const message of messages) this.#views.get(message.id)?.show(message);
    this.#arrangeAround(messages);
  }

  /** Takes away messages that have left the history. */
  remove(messages) {
    for (const { id } of messages) {
      this.#views.get(id)?.element.remove();
      this.#views.delete(id);
    }
    this.arrange(this.#history.first);
  }

  clear() {
    this.#element.replaceChildren();
    this.#views.clear();
  }

  get unreadFrom() {
    return this.#unreadFrom;
  }

  /** What is unread begins with the first message at or after id; null: nothing is. */
  set unreadFrom(id) {
    this.#unreadFrom = id;
    this.arrangeAll();
  }

  arrangeAll() {
    for (const message of this.#history.messages) this.arrange(message);
  }

  /** Adds without telling screen readers: nobody has said these just now. */
  silently(change) {
    this.#element.setAttribute("aria-live", "off");
    this.#element.setAttribute("aria-busy", "true");
    change();
    setTimeout(() => {
      this.#element.removeAttribute("aria-busy");
      this.#element.setAttribute("aria-live", "polite");
    }, 150);
  }

  arrange(message) {
    const view = message && this.#views.get(message.id);
    if (!view) return;
    const before = this.#history.before(message.id);
    const unread = this.#startsUnread(before, message);
    view.day = startsDay(before, message) ? this.#dates.day(new Date(message.created_at)) : "";
    view.unread = unread;
    view.continued = continues(before, message) && !unread;
  }

  #startsUnread(before, message) {
    if (this.#unreadFrom === null || message.id < this.#unreadFrom) return false;
    return before ? before.id < this.#unreadFrom : !this.#history.hasOlder;
  }

  #arrangeAround(messages) {
    for (const message of messages) {
      this.arrange(message);
      this.arrange(this.#history.after(message.id));
    }
  }

  /** The element of message, or of the first after it that is shown already. */
  #nextShown(message) {
    while (message && !this.#views.has(message.id)) message = this.#history.after(message.id);
    return message && this.#views.get(message.id).element;
  }
}
