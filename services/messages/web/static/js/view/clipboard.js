/** Puts text on the clipboard, whose own interface is there under https and on localhost only; the old way is there everywhere. */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

function byHand(text) {
  const before = /** @type {HTMLElement} */ (document.activeElement);
  const field = document.createElement("textarea");
  field.className = "quiet";
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus?.({ preventScroll: true });
  return done;
}
