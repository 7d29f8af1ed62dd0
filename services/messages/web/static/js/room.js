import { Chat } from "./chat.js";
import { Conversation } from "./conversation.js";
import { Dates } from "./model/dates.js";
import { Drafts } from "./model/drafts.js";
import { leave } from "./signedout.js";
import { Composer } from "./view/composer.js";
import { Drawer } from "./view/drawer.js";
import { RoomDialog } from "./view/roomdialog.js";

const part = (id) => document.getElementById(id);
const { username, openRoom: room, openHead: head, openMore: more } = document.body.dataset;

const chat = new Chat({
  username,
  open: room,
  head: Number(head),
  list: part("rooms"),
  dot: part("drawer-dot"),
  banner: part("banner"),
});

const conversation = new Conversation({
  room,
  username,
  more: more !== undefined,
  dates: new Dates(navigator.languages),
  api: chat.api,
  cursors: chat.cursors,
  reads: chat.reads,
  outbox: chat.outbox(room),
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
  onChange: () => chat.showUnread(),
  onSignedOut: leave,
});

chat.stream.addEventListener("message", ({ detail: { message } }) => {
  if (message.room === room) conversation.receive(message, { live: chat.stream.state === "live" });
});
chat.stream.addEventListener("ready", ({ detail }) => detail.room === room && conversation.flush());
chat.stream.addEventListener("reset", ({ detail }) => detail.room === room && conversation.reset(detail.id));

const composer = new Composer({
  form: part("composer"),
  counter: part("counter"),
  room,
  drafts: new Drafts(chat.shelf),
  send: (body) => conversation.send(body),
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
chat.start(() => conversation.unseen);
if (matchMedia("(pointer: fine)").matches && !location.hash) composer.focus();
document.documentElement.dataset.ready = "";
