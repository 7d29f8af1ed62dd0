import { faces } from "../../model/faces.js";
import { html, nothing } from "../../vendor/lit-html/lit-html.js";
import { icon } from "../icon.js";

/**
 * That a message is pinned, and by whom.
 *
 * @param {import("../../model/types.js").Message} message
 */
export function pinned({ pinned_at: at, pinned_by: by, deleted }) {
  if (!at || deleted) return nothing;
  return html`<div class="pinned">${icon("pin")}Pinned by ${faces.name(by)}</div>`;
}
