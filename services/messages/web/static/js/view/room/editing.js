import { Editor } from "../message/editor.js";

/** Which message of a conversation is being changed: one at a time. */
export class Editing {
  #on;
  #id = null;
  #editor = null;
  #back = () => {};

  /** on: {save(id, body), remove(id), change()}. */
  constructor(on) {
    this.#on = on;
  }

  get id() {
    return this.#id;
  }

  /** The editor's element in the message's place; null if it is not being changed. */
  elementOf(id) {
    return id === this.#id ? this.#editor.element : null;
  }

  /** back() takes the focus when it is done. */
  begin(message, back) {
    const { id } = message;
    this.#back = back;
    if (id !== this.#id) {
      this.#id = id;
      this.#editor = new Editor(message, {
        save: (body) => this.#on.save(id, body),
        remove: () => {
          this.#end(id);
          this.#on.remove(id);
        },
        close: () => this.#end(id),
      });
      this.#on.change();
    }
    this.#editor.focus();
  }

  #end(id) {
    if (id !== this.#id) return;
    this.#id = null;
    this.#editor = null;
    this.#on.change();
    this.#back();
  }
}
