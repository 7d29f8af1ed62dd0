/** A copy of the one element in the page's <template id>. */
export function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}
