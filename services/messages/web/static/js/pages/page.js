// Every page of somebody who is signed in, but the conversation. Each of them works without this script.
import { chat } from "../rooms.js";
import { mirrorCounts } from "./cards.js";
import { Confirm } from "./confirm.js";
import { offerCopying } from "./copy.js";
import { LiveSearch } from "./search.js";
import { showTimes } from "./times.js";
import { Api } from "../model/api.js";
import { Drawer } from "../view/drawer.js";
import { markMentions } from "../view/message/mentions.js";
import { RoomForm } from "../view/roomform.js";

const part = (id) => document.getElementById(id);

new Drawer({
  opener: part("drawer-open"),
  closer: part("drawer-close"),
  scrim: part("scrim"),
  main: part("main"),
  sidebar: part("sidebar"),
});
new Confirm(part("confirm-dialog"));
for (const form of document.querySelectorAll("form[data-search]")) new LiveSearch(form);
mirrorCounts(document);
const api = new Api();
for (const form of document.querySelectorAll("form[data-new-room]")) new RoomForm(form, (room) => api.createRoom(room));
offerCopying(document);
showTimes(document);
markMentions(document, chat.username);
