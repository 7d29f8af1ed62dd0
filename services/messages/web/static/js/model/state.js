/**
 * What the server writes into the page beside its HTML, as JSON: who is here, their rooms as GET /chat says, the faces
 * of people, and the room that is open; beside its HTML its messages as the history says.
 *
 * @typedef {{username: string, name: string, role: string, head: number, zone?: string, language?: string}} Me
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
 * @property {Record<string, object>} faces of people, by username: see faces.js
 * @property {OpenState=} open
 */

/**
 * It is taken out of the page: a room that is not the reader's any more leaves nothing behind.
 *
 * @returns {State}
 */
export function takeState(root = document) {
  const state = taken(root, "state");
  if (state.open) state.open.messages = taken(root, "said");
  if (root.getElementById("faces")) Object.assign(state.faces, taken(root, "faces"));
  return state;
}

/**
 * @param {Document} root
 * @param {string} id
 */
function taken(root, id) {
  const script = /** @type {HTMLElement} */ (root.getElementById(id));
  script.remove();
  return JSON.parse(script.textContent ?? "");
}
