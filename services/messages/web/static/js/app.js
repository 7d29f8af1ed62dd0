// The script of every page: it begins the one that data-page names.
const pages = {
  room: () => import("./room.js"),
  "pages/page": () => import("./rooms.js"),
  login: () => import("./pages/door.js"),
  "pages/welcome": welcome,
};

export {}; // a module

await pages[document.body.dataset.page]?.();

async function welcome() {
  const { offer } = await import("./pages.js");
  offer();
  document.documentElement.dataset.ready = "";
}
