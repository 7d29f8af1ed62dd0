export const isMac = /mac|iphone|ipad/i.test(navigator.platform);

const macs = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };
const others = { Mod: "Ctrl" };

/** What is written on the keys of this machine: ["Mod", "K"] is ⌘K or Ctrl+K. */
export function keyName(keys) {
  return isMac ? keys.map((key) => macs[key] ?? key).join("") : keys.map((key) => others[key] ?? key).join("+");
}
