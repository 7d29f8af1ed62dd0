/** Shows at the cards of the page what the list at the side counts. */
export function mirrorCounts(root) {
  const list = document.getElementById("rooms");
  const copies = [...root.querySelectorAll("[data-count-of]")];
  if (copies.length === 0) return;
  const show = () => {
    for (const copy of copies) {
      const count = /** @type {HTMLElement} */ (list.querySelector(`.room-link[data-room="${CSS.escape(copy.dataset.countOf)}"] .count`));
      if (!count || (copy.hidden === count.hidden && copy.textContent === count.textContent)) continue;
      copy.hidden = count.hidden;
      copy.replaceChildren(...[...count.childNodes].map((node) => node.cloneNode(true)));
    }
  };
  new MutationObserver(show).observe(list, { subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"] });
}
