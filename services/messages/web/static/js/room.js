import { Acting } from "./acting.js";
import { Arrival } from "./arrival.js";
import { Chat } from "./chat.js";
import { Found } from "./found.js";
import { goByKeys } from "./going.js";
import { faces } from "./model/faces.js";
import { later } from "./late.js";
import { Dates } from "./model/dates.js";
import { Drafts } from "./model/drafts.js";
import { lazily } from "./model/lazily.js";
import { routeOf } from "./model/route.js";
import { TellTyping } from "./model/telltyping.js";
import { Typists } from "./model/typists.js";
import { TypingVoice } from "./model/typingvoice.js";
import { Places } from "./places.js";
import { RoomStage } from "./roomstage.js";
import { Router } from "./router.js";
import { Announcer } from "./view/announcer.js";
import { everyDay } from "./view/day.js";
import { Drawer } from "./view/drawer.js";
import { Composer } from "./view/room/composer.js";
import { RoomHead } from "./view/room/head.js";
import { Replying } from "./view/room/replying.js";
import { Typing } from "./view/room/typing.js";
import { typeAnywhere } from "./view/typing.js";
import { Visits } from "./visits.js";
import { whenWritten } from "./whenwritten.js";

const part = (id) => document.getElementById(id);
const chat = new Chat();
const { api, line } = chat;
const visits = new Visits(line);

const drafts = new Drafts(chat.shelf);
const replying = new Replying({
  quote: part("answer"),
  author: part("answer-author"),
  text: part("answer-text"),
  remove: part("answer-remove"),
  field: part("composer-body"),
}, drafts);
const composer = new Composer({
  form: part("composer"),
  counter: part("counter"),
  closed: part("composer-closed"),
  drafts,
  send: (body) => stage.current?.send(body, replying.take()),
  telling: new TellTyping({ send: (room) => api.typing(room) }),
});
const head = new RoomHead({
  title: part("room-title"),
  topic: part("room-topic"),
  archived: part("room-archived"),
  members: part("room-members"),
  settings: part("room-settings"),
}, async (name) => {
  const { members, more } = await api.members(name);
  return `${members.length}${more ? "+" : ""}`;
});
const typists = new Typists({ me: chat.username });
line.addEventListener("notice", ({ detail: { notice } }) => notice.type === "typing" && typists.hear(notice));
line.addEventListener("messages", ({ detail: { room, messages } }) => {
  for (const { username } of messages) typists.done({ room, username });
});
const announcer = new Announcer(part("announcer"), part("notice"));
const dates = new Dates(navigator.languages, chat.state.me);
const voice = new TypingVoice({ say: (text) => document.hidden || announcer.say(text) });
const stage = new RoomStage(part("stage"), {
  chat,
  visits,
  arrival: new Arrival({ api, line }),
  dates,
  parts: { head, composer, replying, announcer, typing: new Typing(part("typing"), typists, voice) },
});
const drawer = new Drawer({
  opener: part("drawer-open"),
  closer: part("drawer-close"),
  scrim: part("scrim"),
  main: part("main"),
  sidebar: part("sidebar"),
});
const fine = matchMedia("(pointer: fine)");

/** Where one goes on: to the composer, or on a phone, whose keyboard would hide what is said, to the messages. */
function focus() {
  if (fine.matches && composer.usable) composer.focus();
  else part("scroller")?.focus({ preventScroll: true });
}

new Acting(part("stage"), {
  fetch: lazily(async () => new (await later()).Actor({
    stage,
    me: () => chat.state.me,
    shelf: chat.shelf,
    announcer,
    reply: (message) => replying.begin(message),
    focus,
  })),
  stage,
  announcer,
  field: part("composer-body"),
});
const router = new Router({
  knows: ({ view, room }) => view !== "room" || chat.has(room),
  admit: ({ room }) => chat.join(room),
  show: async (route, how) => {
    drawer.shut();
    if (route.view !== "room") {
      stage.away();
      found.show(route, how);
      return;
    }
    found.hide();
    await stage.show(route, ({ reader }) => (how === "click" ? reader.toNewest() : reader.back()));
    if (!route.id) focus();
  },
});

const found = new Found(part("main"), part("found"), lazily(async () => new (await later()).FoundStage({
  element: part("found"), head, chat, dates, go: (address) => router.go(address),
})));

/** Opens a dialog that is fetched when it is first asked for. */
function opens(button, make) {
  const dialog = lazily(make);
  const open = () => dialog().then((made) => made.open(), () => announcer.notice("There is no connection just now."));
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  return open;
}

opens(part("room-pins"), async () => new (await later()).Pins({ api, dates, room: () => stage.current?.summary ?? null, line }));
if (part("room-dialog")) opens(part("new-room"), async () => new (await later()).RoomDialog(part("room-dialog"), (room) => api.createRoom(room), (address) => router.go(address)));
const openJump = opens(part("room-jump"), async () => new (await later()).Jump(new Places(api, stage)));
goByKeys(chat, {
  go: (address) => router.go(address),
  failed: (text) => announcer.notice(text),
  esc: () => stage.current?.reader.markRead(),
  more: () => (stage.current ? [{ label: "Jump to a date, or to the first unread", act: openJump }, { label: "Mark this room read", act: () => stage.current.reader.markRead() }] : []),
});

const gone = new Set();
chat.addEventListener("room", ({ detail }) => {
  if (gone.has(detail.name) && stage.wanted === detail.name) location.reload(); // it is the reader's again
  gone.delete(detail.name);
  stage.know(detail);
});
chat.addEventListener("gone", ({ detail: { name } }) => {
  gone.add(name);
  stage.lose(name);
});
document.addEventListener("visibilitychange", () => stage.current?.reader.look());
whenWritten([part("composer"), part("tools")], async () => {
  const { helpWriting } = await later();
  helpWriting({
    field: part("composer-body"),
    toolbar: part("tools"),
    suggestions: part("suggestions"),
    status: part("suggestions-status"),
    hint: part("star-hint"),
  }, { api, me: chat.username, shelf: chat.shelf, rooms: () => chat.rooms, room: () => chat.summary({ name: stage.wanted }) });
  document.documentElement.dataset.helped = "";
});
typeAnywhere({ get usable() { return !found.shown && composer.usable; }, focus: () => composer.focus() });
everyDay(() => visits.relabel());
faces.addEventListener("change", () => {
  visits.relabel();
  replying.relabel();
});

const route = routeOf(location);
const { open } = chat.state;
const seed = open ? stage.begin(open) : null;
const begun = open?.room.name;
delete chat.state.open; // it is the conversation's now
let first = !seed || seed.from === null ? null : seed; // for the first hub
chat.start(() => {
  const rooms = visits.followed.map((room) => (first && room.room === begun ? { ...room, ...first } : room));
  first = null;
  return { rooms, open: stage.wanted };
}, (address) => router.go(address));
if (!open) {
  found.begin();
  head.other(part("found").getAttribute("aria-label"));
  import("./pages.js").then(({ offer }) => offer(), () => {}); // its times are told as of the server's clock
} else if (route?.id) stage.show(route);
else if (fine.matches) composer.focus();
document.documentElement.dataset.ready = "";
