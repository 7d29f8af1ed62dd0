/**
 * Which view an address names: {view: "room", room, id?}, {view: "search", q}, {view: "mentions"}; null if it is a page of
 * the server's, as the later pages of a search are.
 */
/** @type {{view: string, path: RegExp, of: (found: string[], search: string) => object}[]} */
const routes = [
  { view: "room", path: /^\/chat\/([a-z0-9][a-z0-9_-]{0,99})(?:\/(\d{1,15}))?$/, of: ([, room, id]) => ({ room, ...(id && { id: Number(id) }) }) },
  { view: "search", path: /^\/search$/, of: (_, search) => ({ q: new URLSearchParams(search).get("q") ?? "" }) },
  { view: "mentions", path: /^\/mentions$/, of: () => ({}) },
];

/** @param {{pathname: string, hash: string, search?: string}} address */
export function routeOf({ pathname, hash, search = "" }) {
  if (new URLSearchParams(search).has("before")) return null;
  for (const { view, path, of } of routes) {
    const found = path.exec(pathname);
    if (found) return withHash({ view, ...of(found, search) }, hash);
  }
  return null;
}

/** Links of before were /chat/general#m42. */
function withHash(/** @type {{view: string, room?: string, id?: number, q?: string}} */ route, hash) {
  const id = Number(/^#m(\d{1,15})$/.exec(hash)?.[1]);
  return id && route.room && !route.id ? { ...route, id } : route;
}
