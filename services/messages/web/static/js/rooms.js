import { Chat } from "./chat.js";
import { goByKeys } from "./going.js";

// Every page with the rooms at its side, but a room's own.
export const chat = new Chat();
goByKeys(chat, { go: (address) => location.assign(address) });
chat.start();
document.documentElement.dataset.ready = "";
