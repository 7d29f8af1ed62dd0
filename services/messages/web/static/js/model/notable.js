import { isCalled } from "./called.js";

const recent = 120_000; // ms: what was said longer ago, and comes only now, is no news

/**
 * Whether somebody is to be notified of a message that has come: a new one by others, as they wish it for its room. live:
 * it came as it was said.
 *
 * @param {import("./types.js").Message} message
 * @param {{read: number, notify: string, kind: string}} room
 * @param {{me: string, live: boolean, now: number}} as
 */
export function isNotable({ id, revision, username, deleted, thread, created_at: at, mentions = [] }, room, { me, live, now }) {
  if (username === me || deleted || thread || id !== revision || id <= room.read) return false;
  if (!live && now - Date.parse(at) > recent) return false;
  if (room.notify === "all") return true;
  return room.notify === "mentions" && (room.kind === "direct" || isCalled(mentions, me));
}
