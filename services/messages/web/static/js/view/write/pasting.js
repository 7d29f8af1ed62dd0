import { isAddress, linkTo } from "../../model/format.js";
import { blockOf, inFence, onOwnLines, tableOf } from "../../model/pasted.js";
import { edit } from "./edit.js";

/** What is pasted keeps its form: code of an editor, a table; an address over a text makes it a link. */
export function keepForms(field) {
  let plainly = false; // Ctrl-Shift-V: as it is
  field.addEventListener("keydown", ({ code, shiftKey }) => {
    plainly = code === "KeyV" && shiftKey;
  });
  field.addEventListener("paste", (event) => {
    const made = !plainly && event.clipboardData && formed(field, event.clipboardData);
    plainly = false;
    if (!made) return;
    event.preventDefault();
    edit(field, made);
  });
}

function formed({ value, selectionStart, selectionEnd }, data) {
  const plain = data.getData("text/plain");
  if (selectionStart !== selectionEnd && isAddress(plain.trim())) return linkTo(plain.trim(), value, selectionStart, selectionEnd);
  const block = inFence(value.slice(0, selectionStart)) ? "" : blockIn(plain, data.getData("text/html"), data.getData("vscode-editor-data"));
  return block && onOwnLines(block, value, selectionStart, selectionEnd);
}

/** The table or the code that is in what was copied, in Markdown; "" for neither. */
export function blockIn(plain, markup, editor = "") {
  const lines = plain.trim().split("\n").length;
  if (!markup && !editor) return "";
  const page = new DOMParser().parseFromString(unstyled(markup), "text/html");
  const table = onlyOne(page, "table");
  if (table) return tableOf([...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)));
  if (lines < 2) return "";
  if (editor) return blockOf(plain, languageOf(editor));
  return isCode(page) ? blockOf(plain) : "";
}

/** Styles are read and never applied: the page's policy complains of them. */
function unstyled(markup) {
  return markup.replace(/<style\b[\s\S]*?<\/style>/gi, "").replace(/\sstyle=/gi, " data-style=");
}

/** The element that has almost all of the text. */
function onlyOne(page, name) {
  const found = page.querySelectorAll(name);
  const text = (element) => element.textContent.replace(/\s+/g, "").length;
  return found.length === 1 && text(found[0]) > 0 && text(found[0]) >= 0.9 * text(page.body) ? found[0] : null;
}

/** Editors copy what they show: one box, in a font whose letters are equally wide, with its white space. */
function isCode(page) {
  if (onlyOne(page, "pre")) return true;
  const style = page.body.firstElementChild?.getAttribute("data-style") ?? "";
  return page.body.childElementCount === 1 && /monospace|courier|consolas|menlo/i.test(style) && /white-space:\s*pre/i.test(style);
}

function languageOf(editor) {
  try {
    const { mode } = JSON.parse(editor);
    return mode === "plaintext" ? "" : String(mode ?? "");
  } catch {
    return "";
  }
}
