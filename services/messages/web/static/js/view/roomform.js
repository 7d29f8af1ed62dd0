import { handleOf } from "../model/handle.js";
import { suggestHandles } from "../pages/suggest.js";
import { copy } from "./template.js";

/** The form for a new room, in a dialog or on the page of rooms: it leads to the room, or says at the field why not. */
export class RoomForm {
  #form;
  #problem;
  #create;
  #go;

  /** create takes {name, title, kind} and resolves to {name}; go(address). */
  constructor(form, create, go) {
    this.#form = form;
    this.#problem = form.querySelector("[data-problem]");
    this.#create = create;
    this.#go = go;
    form.noValidate = true;
    suggestHandles(form);
    form.addEventListener("submit", (event) => this.#submit(event));
  }

  reset() {
    this.#form.reset();
    this.#show("");
  }

  async #submit(event) {
    event.preventDefault();
    const { name: field, title } = this.#form.elements;
    const button = this.#form.querySelector(".button:not([value])");
    this.#tidy(field, title);
    button.disabled = true;
    try {
      const { name } = await this.#create(this.#wanted());
      this.#go(`/chat/${name}`);
    } catch (error) {
      this.#show(error.status ? error.message : "There is no connection just now. Try again when you’re back.");
      (error.code?.startsWith("title") ? title : field).focus();
    } finally {
      button.disabled = false;
    }
  }

  /** “Launch Plan” as a handle is meant as a title: its handle is launch-plan. */
  #tidy(field, title) {
    const typed = field.value.trim();
    if (/^[a-z0-9][a-z0-9_-]*$/.test(typed) || !handleOf(typed)) return;
    title.value ||= typed;
    field.value = handleOf(typed);
  }

  /** A title that was left out is none: the server takes the handle for it. */
  #wanted() {
    const given = new FormData(this.#form);
    const [name, title, kind] = ["name", "title", "kind"].map((field) => String(given.get(field)).trim());
    return title ? { name: name || handleOf(title), kind, title } : { name, kind };
  }

  #show(message) {
    const { name: field } = this.#form.elements;
    field.toggleAttribute("aria-invalid", false);
    for (const old of this.#form.querySelectorAll(".problem")) old.remove();
    if (!message) return;
    field.setAttribute("aria-invalid", "true");
    const problem = copy("problem");
    problem.querySelector("span").textContent = message;
    this.#problem.append(problem);
  }
}
