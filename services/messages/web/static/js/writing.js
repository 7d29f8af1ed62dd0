import { EmojiSource, findRooms, PeopleSource } from "./model/proposals.js";
import { html } from "./vendor/lit-html/lit-html.js";
import { avatar } from "./view/face.js";
import { icon } from "./view/icon.js";
import { Completion } from "./view/write/completion.js";
import { keepForms } from "./view/write/pasting.js";
import { StarHint } from "./view/write/starhint.js";
import { Toolbar } from "./view/write/toolbar.js";

const shortcodes = new URL("../data/shortcodes.json", import.meta.url);

/**
 * What helps somebody who writes a message: buttons and keys that format, forms that are kept when they are pasted,
 * names that are completed. parts: {field, toolbar, suggestions, status, hint}. room(): the summary of the open one.
 */
export function helpWriting({ field, toolbar, suggestions, status, hint }, { api, me, shelf, rooms, room }) {
  const people = new PeopleSource(api, me);
  const emoji = new EmojiSource(() => api.asset(shortcodes));
  new Completion({
    field,
    element: suggestions,
    status,
    sources: {
      "@": async (query) => (await people.find(query, room())).map(person),
      ":": async (query) => (await emoji.find(query)).map(picture),
      "#": (query) => findRooms(query, rooms()).map(place),
    },
    shortcode: (name) => emoji.get(name),
  });
  new Toolbar(toolbar, field);
  keepForms(field);
  new StarHint(hint, field, shelf);
}

function person({ username, display_name: name, group, note, ...look }) {
  if (group) return { label: `@${group}`, sign: html`<span class="suggestion-sign">${icon("people")}</span>`, note, insert: `@${group} ` };
  const sign = avatar(username, { display_name: name, ...look });
  return { label: name || username, sign, note: `@${username}`, insert: `@${username} ` };
}

function picture({ emoji, name }) {
  return { label: `:${name}:`, sign: html`<span class="suggestion-sign suggestion-emoji" aria-hidden="true">${emoji}</span>`, insert: `${emoji} ` };
}

/** A room is a link to it: to who may not read it, it leads nowhere. */
function place({ name, label, kind }) {
  const sign = html`<span class="suggestion-sign" aria-hidden="true">${kind === "private" ? icon("lock") : "#"}</span>`;
  return { label, sign, note: label === name ? "" : `#${name}`, insert: `[#${label.replace(/[[\]\\]/g, "\\$&")}](${location.origin}/chat/${name}) ` };
}
