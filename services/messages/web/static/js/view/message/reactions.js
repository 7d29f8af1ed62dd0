import { faces } from "../../model/faces.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { repeat } from "../../vendor/lit-html/directives/repeat.js";
import { whoReacted } from "../../model/reactions.js";

/**
 * The reactions to a message, as web/message.go writes them: each is a button that adds one's own or takes it back. What they
 * do is in js/acting.js.
 *
 * @param {import("../../model/types.js").Message} message
 */
export function reactions({ reactions: all = [], deleted }, me) {
  if (all.length === 0 || deleted) return nothing;
  return html`<div class="reactions" role="group" aria-label="Reactions">${repeat(all, ({ emoji }) => emoji, (one) => chip(one, me))}<button
    class="reaction reaction-more" type="button" data-act="react" title="Add a reaction" aria-label="Add a reaction"><span aria-hidden="true">+</span></button></div>`;
}

function chip({ emoji, people }, me) {
  const who = whoReacted(people, me, (username) => faces.name(username));
  return html`<button class="reaction" type="button" data-emoji=${emoji} aria-pressed=${people.includes(me) ? "true" : "false"} title="${who}"
    aria-label="${emoji} ${people.length}: ${who}"><span class="reaction-emoji" aria-hidden="true">${emoji}</span><span class="reaction-count" aria-hidden="true">${
    people.length}</span></button>`;
}
