const gap = 6; // px between it and what it belongs to
const edge = 8; // px to the edge of the window

/** Opens a popover beside an element: below it, or above where there is more room. A style sheet puts it elsewhere on phones. */
export function openBeside(popover, { left, right, top, bottom }) {
  popover.showPopover();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const above = bottom + gap + height > innerHeight - edge && top - gap - height >= edge;
  const y = above ? top - gap - height : Math.min(bottom + gap, innerHeight - edge - height);
  const rtl = getComputedStyle(document.documentElement).direction === "rtl";
  const x = rtl ? left : right - width;
  popover.style.setProperty("--x", `${Math.max(edge, Math.min(x, innerWidth - edge - width))}px`);
  popover.style.setProperty("--y", `${Math.max(edge, y)}px`);
}

export function boxOf(element) {
  return element.getBoundingClientRect();
}

/** A place without size, such as the pointer's. */
export function boxAt(x, y) {
  return { left: x, right: x, top: y, bottom: y };
}
