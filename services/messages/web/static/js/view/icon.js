import { html, svg } from "../vendor/lit-html/lit-html.js";

/* The icons that scripts need, as in icon.html. */
const paths = {
  down: svg`<path d="M12 5v13.5M6 13l6 6 6-6"/>`,
  lock: svg`<rect x="5.5" y="10.5" width="13" height="9" rx="1.5"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>`,
};

export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}
