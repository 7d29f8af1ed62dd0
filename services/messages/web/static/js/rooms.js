import { Chat } from "./chat.js";
import { goByKeys } from "./going.js";
import { Drawer } from "./view/drawer.js";

const part = (id) => document.getElementById(id);

// Every page with the rooms at its side, but a room's own. Each of them works without this script.
const chat = new Chat();
goByKeys(chat, { go: (address) => location.assign(address) });
new Drawer({
  opener: part("drawer-open"),
  closer: part("drawer-close"),
  scrim: part("scrim"),
  main: part("main"),
  sidebar: part("sidebar"),
});
chat.start();
const { begin } = await import("./pages.js");
begin(chat);
document.documentElement.dataset.ready = "";
