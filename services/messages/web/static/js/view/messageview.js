import { links } from "../model/links.js";
import { tint } from "../model/tint.js";
import { copy } from "./template.js";

/** One message in the page. What stands around it (days, groups, the mark of the unread) is set by its list. */
export class MessageView {
  #dates;
  #element;

  constructor(dates, element = copy("message")) {
    this.#dates = dates;
    this.#element = element;
  }

  get element() {
    return this.#element;
  }

  /** The message that the server wrote into the page. */
  read(room) {
    const { id, revision, username, clientId } = this.#element.dataset;
    return {
      id: Number(id),
      revision: Number(revision),
      room,
      username,
      body: this.#part(".body").textContent,
      created_at: this.#part("time").dateTime,
      client_id: clientId,
    };
  }

  show(message) {
    this.#element.id = `m${message.id}`;
    Object.assign(this.#element.dataset, { id: message.id, revision: message.revision });
    if (message.client_id) this.#element.dataset.clientId = message.client_id;
    this.#part(".permalink").href = `#m${message.id}`;
    this.#write(message);
  }

  /** A message without an id: not known to be stored. */
  showEntry(entry, username) {
    this.#element.dataset.clientId = entry.clientId;
    this.#element.dataset.state = entry.state;
    this.#write({ username, body: entry.body, created_at: new Date(entry.at).toISOString() });
  }

  showTime(created) {
    const time = this.#part("time");
    const date = new Date(created);
    time.dateTime = created;
    time.textContent = this.#dates.time(date);
    time.title = this.#dates.full(date);
  }

  set continued(yes) {
    this.#element.toggleAttribute("data-continued", yes);
  }

  set day(label) {
    this.#mark("day", label, (day) => {
      day.setAttribute("aria-label", label);
      day.querySelector("span").textContent = label;
    });
  }

  set unread(yes) {
    this.#mark("unread", yes, () => {});
  }

  /** Puts a mark above the message, or takes it away. */
  #mark(name, wanted, fill) {
    let mark = this.#part(`:scope > .${name}`);
    if (!wanted) {
      mark?.remove();
      return;
    }
    if (!mark) {
      mark = copy(name);
      this.#part(".message-row").before(mark);
    }
    fill(mark);
  }

  #write({ username, body, created_at }) {
    this.#element.dataset.username = username;
    this.#part(".author").textContent = username;
    this.#part(".avatar").textContent = username.slice(0, 1).toUpperCase();
    this.#part(".avatar").dataset.tint = tint(username);
    this.#part(".body").replaceChildren(...links(body).map(toNode));
    this.showTime(created_at);
  }

  #part(selector) {
    return this.#element.querySelector(selector);
  }
}

function toNode({ text, href }) {
  if (!href) return document.createTextNode(text);
  const link = document.createElement("a");
  link.href = href;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = text;
  return link;
}
