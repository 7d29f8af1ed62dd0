/**
 * What the server writes into the page beside its HTML, as JSON: who is here, their rooms as GET /chat says, the names of
 * people, and the room that is open with its messages as the history says.
 *
 * @typedef {{username: string, name: string, role: string, head: number}} Me
 * @typedef {object} OpenState
 * @property {import("./types.js").Summary} room
 * @property {import("./types.js").Message[]} messages
 * @property {number} head
 * @property {boolean} more there are older ones
 * @property {boolean} newer there may be newer ones: the page begins where the unread does
 * @property {number} people how many are in it
 *
 * @typedef {object} State
 * @property {Me} me
 * @property {import("./types.js").Summary[]} rooms
 * @property {Record<string, string>} names of people, by username
 * @property {OpenState=} open
 */

/** @returns {State} */
export function readState(root = document) {
  return JSON.parse(/** @type {HTMLElement} */ (root.getElementById("state")).textContent ?? "");
}
