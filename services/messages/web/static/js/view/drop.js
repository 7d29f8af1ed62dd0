/** A file that is dropped beside the place that takes it would make the browser leave the page. */
export function holdDrops() {
  for (const type of ["dragover", "drop"]) {
    addEventListener(type, (event) => {
      if (event.target.closest?.("input, textarea") && !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
    });
  }
}
