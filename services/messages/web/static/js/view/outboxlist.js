import { continues } from "../model/grouping.js";
import { MessageView } from "./messageview.js";
import { copy } from "./template.js";

/** The messages on their way, below those that are stored. */
export class OutboxList {
  #element;
  #outbox;
  #username;
  #dates;
  #views = new Map();

  constructor(element, outbox, username, dates) {
    this.#element = element;
    this.#outbox = outbox;
    this.#username = username;
    this.#dates = dates;
  }

  /** Shows what the outbox holds now; last is the newest message above. */
  show(last) {
    const entries = this.#outbox.entries;
    for (const [clientId, view] of this.#views) {
      if (entries.some((entry) => entry.clientId === clientId)) continue;
      view.element.remove();
      this.#views.delete(clientId);
    }
    let before = last;
    for (const entry of entries) {
      const view = this.#view(entry);
      const message = { username: this.#username, created_at: new Date(entry.at).toISOString() };
      view.showEntry(entry, this.#username);
      view.continued = continues(before, message);
      this.#showDelivery(view.element, entry);
      before = message;
    }
  }

  #view(entry) {
    let view = this.#views.get(entry.clientId);
    if (!view) {
      view = new MessageView(this.#dates);
      view.element.querySelector(".permalink").removeAttribute("href");
      view.element.querySelector(".message-content").append(this.#delivery(entry));
      this.#element.append(view.element);
      this.#views.set(entry.clientId, view);
    }
    return view;
  }

  #delivery({ clientId }) {
    const delivery = copy("delivery");
    delivery.querySelector(".delivery-retry").addEventListener("click", () => this.#outbox.retry(clientId));
    delivery.querySelector(".delivery-discard").addEventListener("click", () => this.#outbox.discard(clientId));
    return delivery;
  }

  #showDelivery(element, entry) {
    const failed = entry.state === "failed";
    const text = element.querySelector(".delivery-text");
    text.textContent = this.#describe(entry);
    text.toggleAttribute("role", false);
    if (failed) text.setAttribute("role", "alert");
    for (const button of element.querySelectorAll(".delivery button")) button.hidden = !failed;
  }

  #describe({ state, reason }) {
    if (state === "failed") return `Not sent. ${reason}`;
    if (state === "sending") return "Sending…";
    return this.#outbox.waiting ? "Waiting to be sent" : "Sending…";
  }
}
