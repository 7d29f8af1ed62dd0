import { guard } from "../../vendor/lit-html/directives/guard.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { faces } from "../../model/faces.js";
import { body } from "./body.js";
import { day, unread } from "./divider.js";
import { edited } from "./edited.js";
import { pinned } from "./pinned.js";
import { quote } from "./quote.js";
import { reactions } from "./reactions.js";
import { leaving, problem } from "./removed.js";
import { avatar, named } from "../face.js";

/*
 * A message, as web/message.go writes it. What it is made of, each in a module of its own:
 *
 *     day, unread            what begins with it: divider.js
 *     quote                  what it answers: quote.js
 *     body                   plain: plain.js; formatted: rich.js; deleted: tombstone.js
 *     edited, time, pinned, reactions
 *     editor                 in place of the body: editor.js; leaving, problem: removed.js
 *
 * The time comes last, so that a screen reader reads who, what, when; the style sheet shows it beside the name.
 */

/**
 * A stored message and what stands around it, from arrange(): {before, day, unread, continued, linked}.
 * The look has {me, dates, turn, doings}: see doings.js.
 *
 * @param {import("../../model/types.js").Message} message
 */
export function message(message, around, look) {
  const answered = message.reply_to && look.doings.answered(message.reply_to);
  const { day: label, unread: first, continued, linked } = around;
  const doing = look.doings.of(message.id);
  return guard([message, answered, label, first, continued, linked, look.turn, faces.turn, doing.editor, doing.leaving, doing.problem], () => html`<article
    class="message" tabindex="-1" data-id=${message.id} data-revision=${message.revision}
    data-username=${message.username} data-client-id=${message.client_id ?? nothing}
    ?data-deleted=${message.deleted} ?data-continued=${continued} ?data-linked=${linked}
    >${label ? day(label) : nothing}${first ? unread() : nothing}${row(message.username, html`${message.deleted ? nothing : quote(message, answered)}${said(message, doing, look)}<a class="permalink" href="/chat/${message.room}/${message.id}" tabindex="-1">${time(message.created_at, look.dates)}</a>${
      doing.leaving ? nothing : html`${pinned(message)}${reactions(message, look.me)}`}${doing.problem ? problem(doing.problem) : nothing}`)}</article>`);
}

function said(message, { editor, leaving: goes }, look) {
  if (editor) return editor;
  if (goes) return leaving();
  return html`${body(message, look.me)}${edited(message, look.dates)}`;
}

/** The picture and the name, and beside them what is said. */
export function row(username, content) {
  return html`<div class="message-row">${avatar(username)}<div class="message-content"><span class="author" dir="auto">${named(username)}</span> ${content}</div></div>`;
}

export function time(created, dates) {
  const date = new Date(created);
  return html`<time datetime=${created} title=${dates.full(date)}>${dates.time(date)}</time>`;
}
