import { html, render } from "../../vendor/lit-html/lit-html.js";
import { toClipboard } from "../clipboard.js";
import { icon } from "../icon.js";

const shown = 2000; // ms

/** A button on each block of code that copies it. It has no text: what a message says is in its text alone. */
export function offerCopies(body) {
  for (const code of body.querySelectorAll("pre > code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code-copy";
    say(button, "Copy code", "copy");
    button.addEventListener("click", () => copy(code, button));
    code.parentElement.append(button);
  }
}

async function copy(code, button) {
  const done = await toClipboard(code.textContent);
  say(button, done ? "Copied" : "Could not copy", done ? "check" : "alert");
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => say(button, "Copy code", "copy"), shown);
}

function say(button, label, sign) {
  button.setAttribute("aria-label", label);
  button.title = label;
  render(html`${icon(sign)}`, button);
}
