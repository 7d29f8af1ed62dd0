import { presenceText } from "../model/presence.js";

/** Keeps true what a page says of who is here: the signs of somebody are .presence[data-person]. */
export function showPresence(root, presence) {
  const signs = [...root.querySelectorAll(".presence[data-person]")];
  presence.addEventListener("change", () => {
    for (const sign of signs) {
      const state = presence.of(sign.dataset.person);
      if (!state || state === sign.dataset.state) continue;
      sign.dataset.state = state;
      sign.textContent = presenceText(state);
    }
  });
  presence.watch(signs.map((sign) => sign.dataset.person));
}
