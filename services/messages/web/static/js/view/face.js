import { faces } from "../model/faces.js";
import { tint } from "../model/tint.js";
import { html, nothing } from "../vendor/lit-html/lit-html.js";

/** The picture of somebody, on the color and the letter that stand there without one: as web/message.go writes it. */
export function avatar(username, face = faces.of(username)) {
  const { avatar: picture = "" } = face;
  return html`<span class="avatar" data-tint=${tint(username)} aria-hidden="true">${initial(face.display_name || username)}${
    picture ? html`<img src="/people/${username}/avatar/${picture}" alt="" width="38" height="38" loading="lazy">` : nothing}</span>`;
}

/** What somebody is called, and beside it the username, if that is another. */
export function named(username) {
  const name = faces.name(username);
  return html`${name}${name === username ? nothing : html` <span class="author-handle">@${username}</span>`}`;
}

/** The first letter of a name. */
export function initial(name) {
  const first = [...name].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? "?";
  return [...first.toUpperCase()][0];
}
