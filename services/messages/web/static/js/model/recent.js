const key = "recent";
const most = 30;

/** The rooms that were opened in this browser, the latest first. */
export function recent(shelf) {
  const names = shelf.get(key);
  return Array.isArray(names) ? names : [];
}

export function noteVisit(shelf, name) {
  const others = recent(shelf).filter((other) => other !== name);
  shelf.set(key, [name, ...others].slice(0, most));
}
