import { html, render } from "../../vendor/lit-html/lit-html.js";

/** In the place of a conversation that is not the reader's any more. */
export function gone() {
  const element = document.createElement("div");
  element.className = "conversation conversation-none";
  render(html`<div class="empty room-gone" id="room-gone" role="alert"><h2>You’re not in this room any more</h2>
    <p>You left it or were removed, perhaps in another window.</p><a class="button" href="/chat">Go to your rooms</a></div>`, element);
  return element;
}
