import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";

/** Asks for a day of a room, and goes to the first message from then on. */
export class Jump {
  #dialog = document.createElement("dialog");
  #on;
  #problem = "";

  /** on: {day(date) resolves to whether there is one, or rejects; unread, newest, first}. */
  constructor(on) {
    this.#on = on;
    this.#dialog.className = "dialog";
    this.#dialog.setAttribute("aria-labelledby", "jump-title");
    document.body.append(this.#dialog);
  }

  open() {
    this.#problem = "";
    this.#show();
    this.#dialog.showModal();
  }

  async #go(day) {
    try {
      const found = await this.#on.day(day);
      this.#problem = found ? "" : "Nothing was said on that day or since.";
    } catch (error) {
      this.#problem = error.status ? error.message : "There is no connection just now.";
    }
    if (this.#problem) this.#show();
    else this.#dialog.close();
  }

  #submit(event) {
    event.preventDefault();
    const [year, month, day] = String(new FormData(event.target).get("day")).split("-").map(Number);
    if (year) this.#go(new Date(year, month - 1, day));
  }

  #show() {
    const near = (label, act) => html`<button class="button button-plain button-small" type="button" @click=${() => act()}>${label}</button>`;
    const back = (days) => () => {
      const now = new Date();
      return this.#go(new Date(now.getFullYear(), now.getMonth(), now.getDate() - days));
    };
    const close = (act) => () => {
      this.#dialog.close();
      act();
    };
    render(html`<h2 id="jump-title">Jump to</h2><p class="dialog-lead">The first message of a day, or a place in this room.</p
      ><form @submit=${(event) => this.#submit(event)}><div class="field"><label for="jump-day">Day</label><input class="input" id="jump-day" type="date" name="day" required max=${
      isoDay(new Date())}></div>${this.#problem ? html`<p class="problem" role="alert"><span>${this.#problem}</span></p>` : nothing}<div class="jump-buttons">${
      near("First unread", close(() => this.#on.unread()))}${near("Yesterday", back(1))}${near("A week ago", back(7))}${near("The beginning", close(() => this.#on.first()))}${
      near("Newest", close(() => this.#on.newest()))}</div><div class="dialog-buttons"><button class="button button-plain" type="button" @click=${
      () => this.#dialog.close()}>Cancel</button><button class="button">Go there</button></div></form>`, this.#dialog);
  }
}

function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
