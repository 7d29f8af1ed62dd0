import { html, nothing } from "../../vendor/lit-html/lit-html.js";

/**
 * That a message was changed, and on hover when.
 *
 * @param {import("../../model/types.js").Message} message
 */
export function edited({ edited_at: at, deleted }, dates) {
  if (!at || deleted) return nothing;
  return html`<span class="edited" title="Edited ${dates.full(new Date(at))}"><span aria-hidden="true">(edited)</span><span class="quiet">, edited ${dates.full(new Date(at))}</span></span>`;
}
