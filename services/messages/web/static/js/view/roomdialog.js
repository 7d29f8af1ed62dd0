import { suggestHandles } from "../pages/suggest.js";
import { copy } from "./template.js";

/** Makes a room, and goes there. create takes {name, title, kind}. */
export class RoomDialog {
  #dialog;
  #form;
  #problem;
  #create;

  constructor(dialog, opener, create) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#problem = dialog.querySelector("[aria-live]");
    this.#create = create;
    suggestHandles(dialog);
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      this.#open();
    });
    dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
    this.#form.addEventListener("submit", (event) => this.#submit(event));
  }

  #open() {
    this.#form.reset();
    this.#show("");
    this.#dialog.showModal();
    this.#form.elements.title.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const field = this.#form.elements.name;
    const button = this.#form.querySelector(".button:not([value])");
    field.value = field.value.trim().toLowerCase().replace(/\s+/g, "-");
    button.disabled = true;
    try {
      const { name } = await this.#create(this.#wanted());
      location.assign(`/chat/${name}`);
    } catch (error) {
      this.#show(error.status ? error.message : "There is no connection just now. Try again when you’re back.");
      field.focus();
    } finally {
      button.disabled = false;
    }
  }

  /** A title that was left out is none: the server takes the handle for it. */
  #wanted() {
    const given = new FormData(this.#form);
    const [name, title, kind] = ["name", "title", "kind"].map((field) => String(given.get(field)).trim());
    return title ? { name, kind, title } : { name, kind };
  }

  #show(message) {
    this.#form.elements.name.toggleAttribute("aria-invalid", false);
    this.#problem.replaceChildren();
    if (!message) return;
    this.#form.elements.name.setAttribute("aria-invalid", "true");
    const problem = copy("problem");
    problem.querySelector("span").textContent = message;
    this.#problem.append(problem);
  }
}
