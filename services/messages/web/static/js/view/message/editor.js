import { why } from "../../model/acts.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";

const longest = 4000; // characters: code points, as the server counts
const coarse = matchMedia("(pointer: coarse)");

/**
 * Where a message is changed, in its own place. Enter saves and Esc gives up, on a screen that is touched buttons do; what
 * could not be saved stays. A message of nothing is to be deleted, which is asked.
 */
export class Editor {
  #element = document.createElement("div");
  #before;
  #on;
  #saving = false;
  #problem = "";
  #asks = false;

  /** on: {save(body), a promise that rejects as Api does; remove(); close()}. */
  constructor({ body }, on) {
    this.#before = body;
    this.#on = on;
    this.#element.className = "editor";
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    this.#show();
    this.#field.value = body;
    this.#fit();
  }

  get element() {
    return this.#element;
  }

  focus() {
    this.#field.focus({ preventScroll: true });
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
    this.#element.scrollIntoView({ block: "nearest" });
  }

  get #field() {
    return /** @type {HTMLTextAreaElement} */ (this.#element.querySelector("textarea"));
  }

  #show() {
    render(html`<textarea class="editor-text" aria-label="Edit message" rows="1" dir="auto" maxlength="16000" enterkeyhint=${coarse.matches ? "enter" : "done"}
      ?readonly=${this.#saving} @input=${() => this.#changed()}></textarea>${this.#asks ? this.#question() : this.#buttons()}${
      this.#problem ? html`<div class="act-problem" role="alert">${this.#problem}</div>` : nothing}`, this.#element);
  }

  #buttons() {
    return html`<div class="editor-foot"><button class="button button-small" type="button" ?disabled=${this.#saving} @click=${() => this.#save()}>Save</button><button
      class="button button-plain button-small" type="button" @click=${() => this.#on.close()}>Cancel</button><span class="editor-hint"><kbd>Enter</kbd> saves, <kbd>Esc</kbd> cancels</span></div>`;
  }

  #question() {
    return html`<div class="editor-foot" role="group" aria-label="Delete this message?"><span>Delete this message?</span><button
      class="button button-danger button-small" type="button" data-remove @click=${() => this.#on.remove()}>Delete</button><button
      class="button button-plain button-small" type="button" @click=${() => this.#keep()}>Keep it</button></div>`;
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.#on.close();
    } else if (event.key === "Enter" && event.target === this.#field && !event.shiftKey && (!coarse.matches || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#save();
    }
  }

  #changed() {
    this.#problem = "";
    this.#asks = false;
    this.#show();
    this.#fit();
  }

  #keep() {
    this.#field.value = this.#before;
    this.#changed();
    this.focus();
  }

  async #save() {
    const body = this.#field.value.trim();
    if (this.#saving) return;
    if (!body) {
      this.#asks = true;
      this.#show();
      /** @type {HTMLElement} */ (this.#element.querySelector("[data-remove]")).focus();
    } else if (body === this.#before) {
      this.#on.close();
    } else if ([...body].length > longest) {
      this.#fail(`A message has at most ${longest} characters: ${[...body].length - longest} are too many.`);
    } else {
      await this.#send(body);
    }
  }

  async #send(body) {
    this.#saving = true;
    this.#problem = "";
    this.#show();
    try {
      await this.#on.save(body);
      this.#on.close();
    } catch (error) {
      this.#fail(`Not saved. ${why(error)}`);
    } finally {
      this.#saving = false;
      this.#show();
    }
  }

  #fail(problem) {
    this.#problem = problem;
    this.#show();
    this.#field.focus({ preventScroll: true });
  }

  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
  }
}
