import { later } from "../../late.js";

/** Which messages of a conversation are being changed: one as a rule, and none is given up for another. */
export class Editing {
  #on;
  #editors = new Map(); // id: {editor, back}

  /** on: {save(id, body), remove(id), change()}. */
  constructor(on) {
    this.#on = on;
  }

  /** The editor's element in the message's place; null if it is not being changed. */
  elementOf(id) {
    return this.#editors.get(id)?.editor.element ?? null;
  }

  /** back() takes the focus when it is done. Rejects if the editor can't be fetched. */
  async begin(message, back) {
    const { id } = message;
    const { Editor } = await later();
    const editor = this.#editors.get(id)?.editor ?? this.#make(Editor, message);
    this.#editors.set(id, { editor, back });
    this.#on.change();
    editor.focus();
  }

  #make(Editor, message) {
    const { id } = message;
    return new Editor(message, {
      save: (body) => this.#on.save(id, body),
      remove: () => {
        this.#end(id);
        this.#on.remove(id);
      },
      close: () => this.#end(id),
    });
  }

  #end(id) {
    const known = this.#editors.get(id);
    this.#editors.delete(id);
    this.#on.change();
    known?.back();
  }
}
