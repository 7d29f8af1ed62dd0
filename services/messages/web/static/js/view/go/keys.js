/**
 * Keys that go somewhere, on every page. on: {switcher, help, search, step(by, unread), escape, region(by)}; what a page
 * has not is left out.
 */
export function listenForKeys(on) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const act = actOf(event, on);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actOf(event, on) {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (ctrlKey !== metaKey) return code === "KeyK" && !shiftKey && !altKey ? on.switcher : null;
  if (ctrlKey || document.querySelector("dialog[open]")) return null;
  if (altKey) return step(key, shiftKey, on);
  if (key === "F6" && on.region) return () => on.region(shiftKey ? -1 : 1);
  if (key === "Escape") return isBusy() ? null : on.escape;
  if (takesText(event.target)) return null;
  return { "?": on.help, "/": on.search }[key];
}

function step(key, shift, { step: go }) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[key];
  return by && go && (() => go(by, shift));
}

/** Something is open that Esc closes. */
function isBusy() {
  return document.querySelector(":popover-open, [data-drawer='open']");
}

function takesText(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
}
