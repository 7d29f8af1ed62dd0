import { shortcodeAt, tokenAt } from "../../model/token.js";
import { html, nothing, render } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { edit } from "./edit.js";

/**
 * Proposes, while one types, whom, which room or which emoji is meant. The list stands above the field, which keeps the
 * focus: aria-activedescendant says what is chosen.
 *
 * @typedef {{label: unknown, sign?: unknown, note?: unknown, insert: string}} Proposal
 */
export class Completion {
  #field;
  #element;
  #status;
  #sources;
  #token = null;
  #proposals = [];
  #at = 0;
  #turn = 0; // of what was asked
  #refused = null; // where somebody pressed Esc

  /**
   * sources: by sign, (query) => proposals or a promise of them; shortcode(name) => emoji or "". element: the list;
   * status: where it is told.
   */
  constructor({ field, element, status, sources, shortcode }) {
    this.#field = field;
    this.#element = element;
    this.#status = status;
    this.#sources = sources;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", element.id);
    field.form.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    field.addEventListener("input", () => {
      this.#complete(shortcode);
      this.#look();
    });
    field.addEventListener("blur", () => this.#close());
    document.addEventListener("selectionchange", () => this.#lookIfWritten());
    this.#lookIfWritten();
  }

  get #isOpen() {
    return this.#proposals.length > 0;
  }

  #lookIfWritten() {
    if (document.activeElement === this.#field) this.#look();
  }

  /** ":tada:" becomes what it means. */
  #complete(shortcode) {
    const { value, selectionStart } = this.#field;
    const found = shortcodeAt(value.slice(0, selectionStart));
    const emoji = found && shortcode(found.name);
    if (emoji) edit(this.#field, replaced(found.from, selectionStart, emoji));
  }

  async #look() {
    const { value, selectionStart, selectionEnd, readOnly } = this.#field;
    const token = selectionStart === selectionEnd && !readOnly ? tokenAt(value.slice(0, selectionStart)) : null;
    if (token && this.#token?.from === token.from && this.#token.query === token.query) return;
    const turn = ++this.#turn;
    this.#token = token;
    if (token?.from !== this.#refused) this.#refused = null;
    if (!token || this.#refused !== null) {
      this.#close();
      return;
    }
    const proposals = await this.#sources[token.sign](token.query);
    if (turn !== this.#turn) return;
    this.#proposals = proposals;
    this.#at = 0;
    this.#show();
    this.#tell();
  }

  #key(event) {
    if (event.target !== this.#field || !this.#isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = this.#acts[event.key];
    if (!act || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #acts = {
    ArrowDown: () => this.#move(1),
    ArrowUp: () => this.#move(-1),
    Enter: () => this.#take(this.#at),
    Tab: () => this.#take(this.#at),
    Escape: () => {
      this.#refused = this.#token.from;
      this.#close();
    },
  };

  #move(by) {
    this.#at = (this.#at + by + this.#proposals.length) % this.#proposals.length;
    this.#show();
    this.#element.querySelector("[aria-selected=true]").scrollIntoView({ block: "nearest" });
  }

  #take(at) {
    const { insert } = this.#proposals[at];
    const edit_ = replaced(this.#token.from, this.#field.selectionStart, insert);
    this.#close();
    edit(this.#field, edit_);
  }

  #close() {
    this.#turn++;
    this.#token = null;
    if (!this.#isOpen) return;
    this.#proposals = [];
    this.#show();
  }

  #show() {
    this.#element.hidden = !this.#isOpen;
    render(repeat(this.#proposals, (_, i) => i, (one, i) => this.#option(one, i)), this.#element);
    if (this.#isOpen) this.#field.setAttribute("aria-activedescendant", `${this.#element.id}-${this.#at}`);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #option({ label, sign, note }, i) {
    return html`<li class="suggestion" id="${this.#element.id}-${i}" role="option" aria-selected=${i === this.#at}
      @pointerdown=${(event) => event.preventDefault()} @click=${() => this.#take(i)}
      >${sign ?? nothing}<span class="suggestion-label" dir="auto">${label}</span>${note ? html`<span class="suggestion-note">${note}</span>` : nothing}</li>`;
  }

  #tell() {
    const count = this.#proposals.length;
    this.#status.textContent = count === 0 ? "" : `${count === 1 ? "1 suggestion" : `${count} suggestions`}, the arrows choose`;
  }
}

function replaced(from, to, insert) {
  return { from, to, insert, select: [from + insert.length, from + insert.length] };
}
