/**
 * The shapes of the contract, for those who read and for the checker of types.
 *
 * @typedef {object} Message
 * @property {number} id
 * @property {number} revision
 * @property {string} room
 * @property {string} username
 * @property {string} body "" of a deleted one
 * @property {string} created_at
 * @property {string=} client_id
 * @property {string=} html the body as the server rendered it, sanitised; none of plain text
 * @property {string=} edited_at
 * @property {boolean=} deleted
 * @property {number=} reply_to
 * @property {number=} thread the id of its root
 * @property {{emoji: string, people: string[]}[]=} reactions
 * @property {string[]=} mentions
 * @property {string=} pinned_at
 * @property {string=} pinned_by
 *
 * @typedef {object} Summary what a page is told of a room
 * @property {string} name
 * @property {"open" | "private" | "direct"} kind
 * @property {string} title
 * @property {string} topic
 * @property {string[]=} people of a direct room
 * @property {"all" | "mentions" | "none"} notify
 * @property {boolean} moderator
 * @property {boolean} archived
 * @property {number} read
 * @property {number=} marked how often it was marked unread, as far as the hub knows
 * @property {number} unread
 * @property {number} mentions how many of the unread mention me
 * @property {number=} floor what was said up to here is gone
 *
 * @typedef {object} Entry a message on its way
 * @property {string} clientId
 * @property {string} body
 * @property {number} at
 * @property {"queued" | "sending" | "failed"} state
 * @property {string} reason
 * @property {number=} replyTo the id of the message that it answers
 *
 * @typedef {{messages: Message[], head: number, more: boolean}} Page of a room's history
 * @typedef {{messages: Message[], from: number, at: number}} Kept the messages above from, as they stood at at
 */

export {};
