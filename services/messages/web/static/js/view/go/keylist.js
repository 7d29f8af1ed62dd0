import { html, render } from "../../vendor/lit-html/lit-html.js";
import { keyName } from "../keyname.js";

const all = [
  ["Go to a room, a person, a command", ["Mod", "K"]],
  ["Search messages", ["/"]],
  ["The room before, the next", ["Alt", "↑"], ["Alt", "↓"]],
  ["Only those with something unread", ["Alt", "Shift", "↑"], ["Alt", "Shift", "↓"]],
  ["Mark the room read", ["Esc"]],
  ["Rooms, messages, writing", ["F6"]],
  ["Send, and begin a new line", ["Enter"], ["Shift", "Enter"]],
  ["Edit your last message", ["↑"]],
  ["From message to message", ["↑"], ["↓"], ["Home"], ["End"]],
  ["Reply to it, react, edit, pin, delete", ["R"], ["+"], ["E"], ["P"], ["Del"]],
  ["Mark everything unread from it on", ["U"]],
  ["Bold, italic, strike through", ["Mod", "B"], ["Mod", "I"], ["Mod", "Shift", "X"]],
  ["Code, a block of code", ["Mod", "E"], ["Mod", "Shift", "E"]],
  ["Link, list, quote", ["Mod", "Shift", "K"], ["Mod", "Shift", "8"], ["Mod", "Shift", "9"]],
  ["Mention, emoji, room", ["@"], [":"], ["#"]],
  ["This list", ["?"]],
];

/** The keys that do something, in a dialog. */
export class KeyList {
  #dialog = document.createElement("dialog");

  constructor() {
    this.#dialog.className = "dialog keys-dialog";
    this.#dialog.setAttribute("aria-labelledby", "keys-title");
    document.body.append(this.#dialog);
  }

  open() {
    render(html`<h2 id="keys-title">Keys</h2><dl class="keys" tabindex="0" autofocus>${all.map(([what, ...keys]) =>
      html`<dt>${what}</dt><dd>${keys.map((key) => html`<kbd>${keyName(key)}</kbd> `)}</dd>`)}</dl><div class="dialog-buttons"
      ><button class="button" type="button" @click=${() => this.#dialog.close()}>Close</button></div>`, this.#dialog);
    this.#dialog.showModal();
  }
}
