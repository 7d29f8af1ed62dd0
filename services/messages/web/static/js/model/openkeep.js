import { deleteDB, openDB } from "../vendor/idb.js";
import { Keep } from "./keep.js";
import { MemoryKeep } from "./memorykeep.js";

const prefix = "parley:";
const version = 1;
const patience = 3000; // ms, for a database that another version of the page holds

/**
 * What this browser keeps for a user; in memory only where it keeps nothing. Each has a database of their own. Those of
 * others who used this browser are thrown away.
 */
export async function openKeep(username) {
  try {
    const db = await Promise.race([open(prefix + username), new Promise((_, reject) => setTimeout(reject, patience))]);
    dropOthers(prefix + username);
    return new Keep({ db });
  } catch {
    return new MemoryKeep();
  }
}

function open(name) {
  return openDB(name, version, {
    upgrade(db) {
      db.createObjectStore("me");
      db.createObjectStore("rooms", { keyPath: "name" });
      db.createObjectStore("messages", { keyPath: ["room", "id"] });
      db.createObjectStore("outbox", { keyPath: "clientId" });
    },
    blocking(_current, _blocked, event) {
      event.target.close(); // a newer page wants to change it, or somebody else is here now
    },
  });
}

async function dropOthers(mine) {
  const all = (await indexedDB.databases?.()) ?? [];
  for (const { name = "" } of all) if (name.startsWith(prefix) && name !== mine) deleteDB(name);
}
