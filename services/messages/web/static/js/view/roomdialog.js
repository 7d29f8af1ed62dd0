import { RoomForm } from "./roomform.js";

/** Makes a room, and goes there. create takes {name, title, kind}. */
export class RoomDialog {
  constructor(dialog, opener, create) {
    const form = dialog.querySelector("form");
    const room = new RoomForm(form, create);
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      room.reset();
      dialog.showModal();
      form.elements.title.focus();
    });
    dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
  }
}
