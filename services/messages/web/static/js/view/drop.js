/** A file that is dropped beside the place that takes it would make the browser leave the page. */
export function holdDrops() {
  for (const type of ["dragover", "drop"]) {
    addEventListener(type, (event) => hold(/** @type {DragEvent} */ (event)));
  }
}

/** @param {DragEvent} event */
function hold(event) {
  const { dataTransfer, target } = event;
  const takesText = target instanceof Element && target.closest("input, textarea");
  if (takesText && !dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  if (dataTransfer) dataTransfer.dropEffect = "none";
}
