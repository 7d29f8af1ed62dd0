import { html } from "../../vendor/lit-html/lit-html.js";

/* What is said around what was found. */

const kinds = [
  ["from:ada", "by somebody"],
  ["in:general", "in a room"],
  ["before:2026-03-01", "before a day"],
  ["after:2026-02-01", "after a day"],
  ["has:link", "with a link"],
  ["\"two words\"", "these words as they stand"],
  ["tea or coffee", "either"],
  ["tea -green", "one without the other"],
];

/** How a search is narrowed; as found.html writes it. */
export function filters() {
  return html`<details class="filters"><summary>Narrow it down</summary><dl>${kinds.map(([typed, means]) => html`<div><dt><code>${typed}</code></dt><dd>${means}</dd></div>`)}</dl></details>`;
}

export function whatIsFound({ messages, more, state, asked }) {
  if (state !== "idle" || asked === null) return "";
  const count = messages.length;
  if (count === 0) return "Nothing found";
  return `${count}${more ? " or more" : ""} found`;
}

export function nothingFound(view, asked) {
  if (view === "mentions") return html`<div class="calm"><h2>Nobody has mentioned you yet</h2><p>When somebody writes @ and your username, or @room where you are, it shows up here.</p></div>`;
  return html`<div class="calm"><h2>Nothing found for “<span dir="auto">${asked}</span>”</h2><p>The search looks in all rooms that you can read. Fewer words find more.</p></div>`;
}
