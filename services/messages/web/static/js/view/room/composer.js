const longest = 4000; // characters: code points, as the server counts
const warnFrom = 3600;

/** Where a message to the open room is written. */
export class Composer {
  #form;
  #text;
  #button;
  #counter;
  #closed;
  #drafts;
  #send;
  #telling;
  #room = null;
  #touch = matchMedia("(pointer: coarse)");

  /** closed: the note that stands here instead when a room is archived. send takes the text. telling: a TellTyping. */
  constructor({ form, counter, closed, drafts, send, telling }) {
    this.#form = form;
    this.#text = form.elements.body;
    this.#button = form.querySelector("button");
    this.#counter = counter;
    this.#closed = closed;
    this.#drafts = drafts;
    this.#send = send;
    this.#telling = telling;

    form.noValidate = true;
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#typed());
    this.#hint();
    this.#touch.addEventListener("change", () => this.#hint());
  }

  /** Takes up what was being written in a room; the first room may have been written with something. */
  show(room) {
    const first = this.#room === null;
    this.#room = room.name;
    this.#form.action = `/chat/${room.name}/messages`;
    this.know(room);
    this.#text.readOnly = false;
    this.#text.value = (first && this.#text.value) || this.#drafts.get(room.name);
    this.#changed();
  }

  /** What the open room is called now, and whether one can write there. What was being written stays. */
  know({ kind, label, archived }) {
    this.#form.hidden = archived;
    this.#closed.hidden = !archived;
    this.#text.placeholder = `Message ${kind === "direct" ? "" : "#"}${label}`;
    this.#form.querySelector("label").textContent = `Message to ${label}`;
  }

  /** What was written can be copied, and not sent. */
  freeze() {
    this.#text.readOnly = true;
    this.#button.disabled = true;
    this.#form.hidden = this.#text.value === "";
  }

  get usable() {
    return !this.#form.hidden && !this.#text.readOnly;
  }

  focus() {
    this.#text.focus({ preventScroll: true });
  }

  #hint() {
    this.#text.enterKeyHint = this.#touch.matches ? "enter" : "send";
  }

  /** On a screen that is touched there is no Shift: Enter begins a line there, and the button sends. */
  #key(event) {
    // While an input method composes, Enter chooses a word; Safari says so by key code 229 only.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (this.#touch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const body = this.#text.value.trim();
    if (!body || [...body].length > longest || this.#text.readOnly) return;
    this.#text.value = "";
    this.#send(body);
    this.#telling.sent(this.#room);
    this.#changed();
    this.focus();
  }

  #typed() {
    this.#telling.typed(this.#room, this.#text.value);
    this.#changed();
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
