import { Api } from "./model/api.js";
import { Hub } from "./model/hub.js";
import { openKeep } from "./model/openkeep.js";
import { Owner } from "./model/owner.js";

/**
 * The hub of one user in this browser. There is one, but for a moment, or where pages of two versions are open: hubs tell
 * one another who is here, and who has signed out.
 */
export function makeHub(username) {
  const api = new Api();
  const others = new BroadcastChannel("parley:people");
  const hub = new Hub({
    make: async () => {
      others.postMessage({ here: username });
      return new Owner({ username, api, keep: await openKeep(username), locks: navigator.locks });
    },
    signOut: async () => {
      await api.signOut();
      others.postMessage({ gone: username });
    },
  });
  others.onmessage = ({ data: { here, gone } }) => {
    if (here && here !== username) hub.leave("other");
    if (gone === username) hub.leave("signout");
  };
  return hub;
}
