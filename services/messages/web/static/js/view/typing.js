/** A letter that is typed where nothing takes letters goes to the composer. */
export function typeAnywhere(composer) {
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, isComposing, defaultPrevented, target } = event;
    if ([...key].length !== 1 || key === " " || ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return;
    if (!(target instanceof Element) || target.closest("input, textarea, select, [contenteditable], dialog, [popover]") || !composer.usable) return;
    composer.focus(); // the letter follows the focus
  });
}
