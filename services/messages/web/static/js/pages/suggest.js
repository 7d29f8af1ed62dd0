import { handleOf } from "../model/handle.js";

/** Fills in a room's handle from its title, until somebody writes another. */
export function suggestHandles(root) {
  for (const title of root.querySelectorAll("[data-suggest]")) {
    const name = /** @type {HTMLInputElement} */ (document.getElementById(title.dataset.suggest));
    let free = true;
    const check = () => {
      free = name.value === "" || name.value === handleOf(title.value);
    };
    check();
    title.addEventListener("input", () => {
      if (free) name.value = handleOf(title.value);
    });
    name.addEventListener("input", check);
    title.form.addEventListener("reset", () => setTimeout(check));
  }
}
