import { Chat } from "./chat.js";
import { Conversation } from "./conversation.js";
import { newClientId } from "./model/clientid.js";
import { Dates } from "./model/dates.js";
import { Drafts } from "./model/drafts.js";
import { PageOutbox } from "./model/pageoutbox.js";
import { Composer } from "./view/composer.js";
import { Drawer } from "./view/drawer.js";
import { showGone } from "./view/roomgone.js";
import { RoomHead } from "./view/roomhead.js";
import { RoomDialog } from "./view/roomdialog.js";

const part = (id) => document.getElementById(id);
const chat = new Chat();
const { line, open } = chat;

const conversation = new Conversation({
  room: open,
  username: chat.username,
  more: document.body.dataset.openMore !== undefined,
  dates: new Dates(navigator.languages),
  api: chat.api,
  outbox: new PageOutbox({ room: open.name, shelf: chat.shelf, line, newId: newClientId }),
  elements: {
    scroller: part("scroller"),
    log: part("log"),
    outbox: part("outbox"),
    older: part("older"),
    olderFailed: part("older-failed"),
    beginning: part("beginning"),
    empty: part("empty"),
    newest: part("newest"),
    newestText: part("newest-text"),
  },
  onSignedOut: () => line.post({ type: "ended" }),
});

const since = open.at; // what came before, the page was written with
let live = false;
line.addEventListener("state", ({ detail: { state } }) => {
  live = state === "live";
});
line.addEventListener("messages", ({ detail: { messages } }) => {
  for (const message of messages) if (message.revision > since) conversation.receive(message, { live });
});
line.addEventListener("ready", ({ detail: { id } }) => {
  conversation.flush();
  open.advance(id);
});
line.addEventListener("reset", ({ detail: { id } }) => conversation.reset(id));

const composer = new Composer({
  form: part("composer"),
  counter: part("counter"),
  room: open.name,
  drafts: new Drafts(chat.shelf),
  send: (body) => conversation.send(body),
});

const head = new RoomHead({
  name: part("room-name"),
  topic: part("room-topic"),
  closed: part("composer-closed"),
  composer: part("composer"),
});
let gone = false;
chat.addEventListener("room", ({ detail }) => {
  if (gone) location.reload(); // it is the reader's again
  else head.show(detail);
});
chat.addEventListener("gone", () => {
  gone = true;
  conversation.close();
  showGone({ stage: document.querySelector(".stage"), composer: part("composer") });
});

new Drawer({
  opener: part("drawer-open"),
  closer: part("drawer-close"),
  scrim: part("scrim"),
  main: part("main"),
  sidebar: part("sidebar"),
});
if (part("room-dialog")) new RoomDialog(part("room-dialog"), part("new-room"), (room) => chat.api.createRoom(room));

// Days have other names after midnight.
let today = new Date().toDateString();
setInterval(() => {
  const now = new Date().toDateString();
  if (now !== today) conversation.relabel();
  today = now;
}, 30_000);

part("rooms").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
chat.start(conversation.seed);
if (matchMedia("(pointer: fine)").matches && !location.hash) composer.focus();
document.documentElement.dataset.ready = "";
