let leaving = false;

/** Nobody is signed in any more: to the door, and back here afterwards. */
export function leave() {
  if (leaving) return;
  leaving = true;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.hash)}`);
}
