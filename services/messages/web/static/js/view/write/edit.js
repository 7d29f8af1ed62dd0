/**
 * Changes the text of a field as if it were typed, so that it can be undone.
 *
 * @param {HTMLTextAreaElement} field
 * @param {import("../../model/format.js").Edit} edit
 */
export function edit(field, { from, to, insert, select }) {
  if (field.readOnly) return;
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  const done = insert === "" ? from === to || document.execCommand("delete") : document.execCommand("insertText", false, insert);
  if (!done) {
    field.setRangeText(insert, from, to, "end"); // it can't be undone
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(select[0], select[1]);
}
