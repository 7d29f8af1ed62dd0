import { continues, startsDay } from "./grouping.js";

/**
 * What stands around each message of a history: {day, unread, continued}. day: the label of a day that begins with it.
 * sameDay(a, b) says whether two dates are. unreadFrom: what is unread begins with the first message at or after this id; null: nothing is.
 */
export function arrange({ messages, hasOlder }, { unreadFrom, dayOf, sameDay = undefined }) {
  return messages.map((message, i) => {
    const before = messages[i - 1];
    const unread = startsUnread(before, message, unreadFrom, hasOlder);
    const day = startsDay(before, message, sameDay) ? dayOf(new Date(message.created_at)) : "";
    return { day, unread, continued: continues(before, message, sameDay) && !unread && !message.reply_to };
  });
}

function startsUnread(before, message, unreadFrom, hasOlder) {
  if (unreadFrom === null || message.id < unreadFrom) return false;
  return before ? before.id < unreadFrom : !hasOlder;
}
