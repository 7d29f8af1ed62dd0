const nothing = { react: false, reply: false, edit: false, remove: false, pin: false, unread: false };
const admins = ["owner", "admin"];

/**
 * What somebody may do with a message. The server decides; this is to offer no more than it allows.
 *
 * @param {{username: string, role: string}} me
 * @param {import("./types.js").Summary} room
 * @param {import("./types.js").Message} message
 */
export function rights(me, room, message) {
  const own = message.username === me.username;
  const unread = !message.deleted && !message.thread && !own;
  if (message.deleted || room.archived) return { ...nothing, unread };
  const moderates = room.kind !== "direct" && (room.moderator || admins.includes(me.role));
  return { react: true, reply: true, edit: own, remove: own || moderates, pin: true, unread };
}
