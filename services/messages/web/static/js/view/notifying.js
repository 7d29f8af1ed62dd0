const longest = 200; // characters of a message

/**
 * The browser's own notifications, of what comes while nobody looks at any of its pages. The hub says of what; whether it
 * does at all, the reader decides for each browser.
 */
export class Notifying {
  #line;
  #shelf;
  #describe;
  #go;

  /** describe(message) is the title; go(address) shows a message. */
  constructor({ line, shelf, describe, go }) {
    this.#line = line;
    this.#shelf = shelf;
    this.#describe = describe;
    this.#go = go;
    const tell = () => line.post({ type: "view", ...this.view });
    document.addEventListener("visibilitychange", tell);
    addEventListener("focus", tell);
    addEventListener("blur", tell);
    line.addEventListener("notify", ({ detail: { message } }) => this.#show(message));
  }

  /** What the hub is told of this page. */
  get view() {
    return { seen: !document.hidden && document.hasFocus(), notifies: this.state === "on" };
  }

  /** "on"; "off"; "blocked", by the browser; "none", it knows no notifications. */
  get state() {
    if (!globalThis.Notification) return "none";
    if (Notification.permission === "denied") return "blocked";
    return Notification.permission === "granted" && this.#shelf.get("notify") === true ? "on" : "off";
  }

  /** The reader wants them in this browser, or not any more. */
  async wish(on) {
    this.#shelf.set("notify", on);
    if (on) await Notification.requestPermission();
    this.#line.post({ type: "view", ...this.view });
  }

  #show(message) {
    if (this.state !== "on") return;
    const { room, id, body } = message;
    const icon = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel="apple-touch-icon"]'))?.href;
    const notification = new Notification(this.#describe(message), { body: [...body].slice(0, longest).join(""), tag: `parley:${room}:${id}`, icon });
    notification.onclick = () => {
      notification.close();
      focus();
      this.#go(`/chat/${room}/${id}`);
    };
  }
}
