/** The parts of the page, which F6 goes through: the first thing in each that takes the focus. */
const regions = [
  { part: "#sidebar", at: [".room-link[tabindex='0']", ".room-link", "a"] },
  { part: ".main", at: ["#found:not([hidden])", "#scroller", "#content"] },
  { part: ".composer-area", at: ["#composer-body"] },
];

export function goToRegion(by) {
  const there = regions
    .map(({ part, at }) => ({ part: document.querySelector(part), element: firstOf(part, at) }))
    .filter(({ element }) => element);
  if (there.length === 0) return;
  const inside = there.map(({ part }) => part.contains(document.activeElement)).lastIndexOf(true);
  const next = inside < 0 ? (by > 0 ? 0 : there.length - 1) : (inside + by + there.length) % there.length;
  there[next].element.focus();
}

function firstOf(part, selectors) {
  const found = selectors.flatMap((/** @type {string} */ selector) => [...document.querySelectorAll(`${part} ${selector}`)]);
  return /** @type {HTMLElement} */ (found.find((element) => element.checkVisibility({ visibilityProperty: true })));
}
