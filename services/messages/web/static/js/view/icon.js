import { html, svg } from "../vendor/lit-html/lit-html.js";

/* The icons that scripts need, as in icon.html. */
const paths = {
  alert: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 8v4.75M12 16v.01"/>`,
  check: svg`<path d="M5 12.5l4.5 4.5L19 7.5"/>`,
  close: svg`<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>`,
  command: svg`<path d="M5 8l4 4-4 4M11.5 17H19"/>`,
  copy: svg`<rect x="8.5" y="8.5" width="11" height="11" rx="1.5"/><path d="M15.5 8.5V6A1.5 1.5 0 0 0 14 4.5H6A1.5 1.5 0 0 0 4.5 6v8A1.5 1.5 0 0 0 6 15.5h2.5"/>`,
  dots: svg`<path stroke-width="3" d="M5.5 12v.01M12 12v.01M18.5 12v.01"/>`,
  down: svg`<path d="M12 5v13.5M6 13l6 6 6-6"/>`,
  edit: svg`<path d="M5 19l1-4L16.5 4.5a1.8 1.8 0 0 1 2.6 0l.4.4a1.8 1.8 0 0 1 0 2.6L9 18z"/>`,
  link: svg`<path d="M10.5 13.5a3.5 3.5 0 0 0 5 0l3.5-3.5a3.5 3.5 0 0 0-5-5L12.5 6.5M13.5 10.5a3.5 3.5 0 0 0-5 0L5 14a3.5 3.5 0 0 0 5 5l1.5-1.5"/>`,
  people: svg`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.75 19.25c.5-3.5 3-5.25 6.25-5.25s5.75 1.75 6.25 5.25M15.5 5.25a3.5 3.5 0 0 1 0 6.5M17.75 14.5c2 .8 3.2 2.4 3.5 4.75"/>`,
  pin: svg`<path d="M14.5 4l5.5 5.5-3 1-4 4-.5 4-7-7 4-.5 4-4zM8.5 15.5L4 20"/>`,
  react: svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14c.8 1.4 2 2 3.5 2s2.7-.6 3.5-2M9 9.5v.01M15 9.5v.01"/>`,
  reply: svg`<path d="M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1"/>`,
  search: svg`<circle cx="10.75" cy="10.75" r="6.25"/><path d="M15.5 15.5l4.5 4.5"/>`,
  trash: svg`<path d="M4.5 6.5h15M9.5 6V4h5v2M6.5 6.5l1 13h9l1-13M10.5 10.5v5M13.5 10.5v5"/>`,
  unread: svg`<path d="M19.5 12.5V17a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 17V7A1.5 1.5 0 0 1 6 5.5h7"/><circle cx="18" cy="7" r="2.5" fill="currentColor"/>`,
  lock: svg`<rect x="5.5" y="10.5" width="13" height="9" rx="1.5"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>`,
};

export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths[name]}</svg>`;
}
