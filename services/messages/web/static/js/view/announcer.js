import { faces } from "../model/faces.js";

const kept = 10_000; // ms: longer than it takes to be read out
const readOut = 3; // messages at once

/** What a screen reader is told: who said what, once and in that order, and not one's own words. notice is shown, too. */
export class Announcer {
  #element;
  #notice;

  constructor(element, notice) {
    this.#element = element;
    this.#notice = notice;
  }

  say(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.#element.append(line);
    setTimeout(() => line.remove(), kept);
  }

  said(messages) {
    if (messages.length > readOut) this.say(`${messages.length} new messages`);
    else for (const { username, body } of messages) this.say(`${faces.name(username)}: ${body}`);
  }

  /** Something that everybody should see for a while. */
  notice(text) {
    this.#notice.textContent = text;
    this.#notice.hidden = false;
    this.say(text);
    setTimeout(() => {
      this.#notice.hidden = true;
    }, kept);
  }
}
