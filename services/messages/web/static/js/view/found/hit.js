import { avatar, named } from "../face.js";
import { html } from "../../vendor/lit-html/lit-html.js";
import { body } from "../message/body.js";
import { time } from "../message/message.js";

/** A message among others of all rooms: who, where, when and what; as a whole it leads there. As found.html writes it. */
export function hit(message, { me, dates, labelOf }) {
  const { id, room, username, created_at: at, snippet } = message;
  return html`<li class="item found-item">${avatar(username)}<div class="item-text"><span class="item-name"><a class="item-link" href="/chat/${room}/${id}"><span dir="auto">${named(username)}</span><span class="found-room" dir="auto"> in ${
      labelOf(room)}</span></a><span class="item-note">${when(at, dates)}</span></span><div class="found-text">${
      snippet === undefined ? body(message, me) : excerpt(snippet)}</div></div></li>`;
}

function when(at, dates) {
  return html`${dates.day(new Date(at))}, ${time(at, dates)}`;
}

/** The server's: text that is escaped, with marks around what was searched for; and nothing else, whatever it may be. */
function excerpt(snippet) {
  const element = document.createElement("div");
  element.dir = "auto";
  element.className = "snippet";
  element.innerHTML = snippet;
  for (const other of element.querySelectorAll(":not(mark)")) other.replaceWith(other.textContent);
  return element;
}
