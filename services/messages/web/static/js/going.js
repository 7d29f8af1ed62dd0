import { later } from "./late.js";
import { neighbour } from "./model/destinations.js";
import { lazily } from "./model/lazily.js";
import { listenForKeys } from "./view/go/keys.js";

/**
 * Going by keys, on every page: the switcher, the room before and after, the search. go(address) goes there; more are
 * commands that the page has; esc is what Esc does where nothing else takes it; failed(text) says what went wrong.
 */
export function goByKeys(chat, { go, more = () => [], esc = undefined, failed = (_text) => {} }) {
  const reached = (act) => async (...how) => {
    try {
      await act(...how);
    } catch (error) {
      failed(error.status ? error.message : "There is no connection just now.");
    }
  };
  const toPerson = (username) => reached(async () => go(`/chat/${(await chat.api.direct([username])).name}`))();
  const keyList = lazily(async () => new (await later()).KeyList());
  const help = reached(async () => (await keyList()).open());
  const commands = () => [...more(), ...everywhere(chat, go, help)];
  const switcher = lazily(async () => new (await later()).Switcher({ chat, commands, on: { go, person: toPerson } }));
  listenForKeys({
    switcher: reached(async () => (await switcher()).toggle()),
    help,
    search: () => searchField().focus(),
    region: reached(async (by) => (await later()).goToRegion(by)),
    escape: esc,
    step: (by, unread) => {
      const room = neighbour(chat.rooms, chat.open, by, unread);
      if (room) go(`/chat/${room.name}`);
    },
  });
  searchBySide(go);
}

/** The field at the side searches in this page, if the page can; so does that of a search that the page was written with. */
function searchBySide(go) {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || !form.matches("#finder, #found .search")) return;
    event.preventDefault();
    const q = String(new FormData(form).get("q")).trim();
    if (form.id === "finder") form.reset();
    go(`/search?${new URLSearchParams({ q })}`);
  });
}

/** The one on the page if it is that of the search, else that at the side. */
function searchField() {
  return /** @type {HTMLElement} */ (document.querySelector("#found:not([hidden]) input[type=search]") ?? document.querySelector("#finder input"));
}

function everywhere({ state: { me } }, go, help) {
  const to = (label, address) => ({ label, act: () => go(address) });
  const guest = me.role === "guest";
  return [
    to("Mentions", "/mentions"),
    to("Search messages", "/search"),
    to("New direct message", "/direct/new"),
    ...(guest ? [] : [to("Browse rooms", "/chat?browse=1"), to("New room", "/chat?browse=1#new")]),
    to("People", "/people"),
    to("Your account", "/account"),
    ...(["owner", "admin"].includes(me.role) ? [to("Invite people", "/invites"), to("Audit log", "/audit"), to("Status", "/admin")] : []),
    { label: "Keys", act: help },
    { label: "Sign out", act: () => /** @type {HTMLFormElement} */ (document.querySelector('form[action="/logout"]')).requestSubmit() },
  ];
}
