import { Chat } from "./chat.js";

const chat = new Chat({ username: document.body.dataset.username, list: document.getElementById("rooms") });

chat.start();
document.documentElement.dataset.ready = "";
