const longest = 4000; // characters: code points, as the server counts
const warnFrom = 3600;

/** Where a message is written. send takes its text. */
export class Composer {
  #form;
  #text;
  #button;
  #counter;
  #room;
  #drafts;
  #send;

  constructor({ form, counter, room, drafts, send }) {
    this.#form = form;
    this.#text = form.elements.body;
    this.#button = form.querySelector("button");
    this.#counter = counter;
    this.#room = room;
    this.#drafts = drafts;
    this.#send = send;

    form.noValidate = true;
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.value ||= drafts.get(room);
    this.#changed();
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  #key(event) {
    // While an input method composes, Enter chooses a word; Safari says so by key code 229 only.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const body = this.#text.value.trim();
    if (!body || [...body].length > longest) return;
    this.#text.value = "";
    this.#send(body);
    this.#changed();
    this.focus();
  }

  #changed() {
    const text = this.#text.value;
    this.#drafts.set(this.#room, text);
    this.#count([...text.trim()].length);
    if (!CSS.supports("field-sizing", "content")) this.#fit();
  }

  #count(length) {
    this.#button.disabled = length === 0 || length > longest;
    this.#counter.hidden = length < warnFrom;
    this.#counter.toggleAttribute("data-over", length > longest);
    if (length > longest) this.#counter.textContent = `${length - longest} too many`;
    else if (length >= warnFrom) this.#counter.textContent = `${longest - length} left`;
  }

  #fit() {
    this.#text.style.blockSize = "auto";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }
}
