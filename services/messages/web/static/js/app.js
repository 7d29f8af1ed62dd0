// The script of every page: it begins the one that data-page names.
const pages = {
  room: () => import("./room.js"),
  "pages/page": () => import("./pages/page.js"),
  login: () => import("./pages/door.js"),
  "pages/welcome": () => import("./pages/welcome.js"),
};

export {}; // a module

await pages[document.body.dataset.page]?.();
