import { RoomForm } from "./roomform.js";

/** Makes a room, and goes there. create takes {name, title, kind}; go(address). */
export class RoomDialog {
  #dialog;
  #form;
  #room;

  constructor(dialog, create, go) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#room = new RoomForm(this.#form, create, (address) => {
      dialog.close();
      go(address);
    });
    dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
  }

  open() {
    this.#room.reset();
    this.#dialog.showModal();
    this.#form.elements.title.focus();
  }
}
