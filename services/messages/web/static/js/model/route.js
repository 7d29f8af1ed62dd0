/**
 * Which view an address names: {view: "room", room, id?}; null if it is a page of the server's. Views to come (search,
 * mentions, a thread) get a line here.
 */
const routes = [
  { view: "room", path: /^\/chat\/([a-z0-9][a-z0-9_-]{0,99})(?:\/(\d{1,15}))?$/, of: (/** @type {string[]} */ [, room, id]) => ({ room, ...(id && { id: Number(id) }) }) },
];

/** @param {URL | Location} address */
export function routeOf({ pathname, hash }) {
  for (const { view, path, of } of routes) {
    const found = path.exec(pathname);
    if (found) return withHash({ view, ...of(found) }, hash);
  }
  return null;
}

/** Links of before were /chat/general#m42. */
function withHash(route, hash) {
  const id = Number(/^#m(\d{1,15})$/.exec(hash)?.[1]);
  return id && !route.id ? { ...route, id } : route;
}
