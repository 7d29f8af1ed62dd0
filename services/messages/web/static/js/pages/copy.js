const shown = 2000;

/** Shows the buttons that copy the text beside them. */
export function offerCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const field = button.parentElement.querySelector(".copy-text");
    field.addEventListener("focus", () => field.select());
    button.hidden = false;
    button.addEventListener("click", () => copy(field, button));
  }
}

async function copy(field, button) {
  const words = button.querySelector("span");
  const before = (button.dataset.label ??= words.textContent);
  words.textContent = (await put(field)) ? "Copied" : "Press Ctrl+C";
  button.dataset.done = "";
  clearTimeout(Number(button.dataset.timer));
  button.dataset.timer = setTimeout(() => {
    words.textContent = before;
    delete button.dataset.done;
  }, shown);
}

/** The clipboard's own interface is there under https and on localhost only; the old way is there everywhere. */
async function put(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
