// The SharedWorker of one user's pages; its name is the user's. See model/hub.js.
import { makeHub } from "./hub.js";
import { portOf } from "./model/ports.js";

const hub = makeHub(self.name.slice("parley:".length));

const scope = /** @type {any} */ (self); // SharedWorkerGlobalScope

scope.onconnect = ({ ports: [port] }) => hub.accept(portOf(port));
