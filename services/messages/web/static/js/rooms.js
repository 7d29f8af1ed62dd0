// Every page with the rooms at its side, but a room's own.
import { Chat } from "./chat.js";

new Chat().start();
document.documentElement.dataset.ready = "";
