import { mirrorCounts } from "./pages/cards.js";
import { Confirm } from "./pages/confirm.js";
import { offerCopying } from "./pages/copy.js";
import { offerNotifications } from "./pages/notifications.js";
import { LiveSearch } from "./pages/search.js";
import { showTimes } from "./pages/times.js";
import { markMentions } from "./view/message/mentions.js";
import { RoomForm } from "./view/roomform.js";

// What no room's page needs: a file of its own. Each page works without it.

/** A page with the rooms at its side. */
export function begin({ api, username, notifying }) {
  new Confirm(document.getElementById("confirm-dialog"));
  for (const form of document.querySelectorAll("form[data-search]")) new LiveSearch(form);
  mirrorCounts(document);
  for (const form of document.querySelectorAll("form[data-new-room]")) new RoomForm(form, (room) => api.createRoom(room), (address) => location.assign(address));
  markMentions(document, username);
  offerNotifications(document, notifying);
  offer();
}

/** A page with addresses to copy, and times to say in the reader's own. */
export function offer() {
  offerCopying(document);
  showTimes(document);
}
