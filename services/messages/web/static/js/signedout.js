const addresses = {
  signout: () => "/login",
  ended: () => `/login?reason=ended&next=${encodeURIComponent(location.pathname + location.hash)}`,
  other: () => "/chat", // which is the other's
};

let leaving = false;

/** Nobody is signed in any more, or somebody else is: to the door. What the user kept in this browser is thrown away. */
export function leave(reason, shelf) {
  shelf.clear();
  globalThis.indexedDB?.deleteDatabase("emoji-picker-element-en"); // it knows a preferred skin tone
  if (leaving) return;
  leaving = true;
  addEventListener("pagehide", () => shelf.clear()); // what was typed meanwhile
  location.assign((addresses[reason] ?? addresses.ended)());
}
