import { Election } from "./election.js";
import { pair, portOf } from "./ports.js";

const protocol = 2; // of what pages and hub say to one another: see hub.js

/** The ways in which a page can reach the hub of this browser, the best first; the last always works. */
export function ways(username, { scope = globalThis, worker, makeHub }) {
  const name = `parley:${username}`;
  const place = `parley:${protocol}:${username}`; // pages of other versions elect their own
  const found = [];
  if (scope.SharedWorker) found.push(() => new WorkerLink(scope.SharedWorker, worker, name));
  if (scope.navigator?.locks && scope.BroadcastChannel) {
    const id = Math.random().toString(36).slice(2);
    found.push(() => new Election({ name: place, id, makeHub, locks: scope.navigator.locks, Channel: scope.BroadcastChannel }));
  }
  found.push(() => new OwnLink(makeHub));
  return found;
}

/** The hub is in a SharedWorker. It outlives the last page for a moment where the browser lets it, to send what is written. */
class WorkerLink {
  #SharedWorker;
  #address;
  #name;
  /** @type {import("./ports.js").Port | null} */
  #port = null;

  receive = (_message) => {};
  renewed = () => {};
  failed = () => {};

  constructor(SharedWorker, address, name) {
    this.#SharedWorker = SharedWorker;
    this.#address = address;
    this.#name = name;
  }

  enter() {
    this.#port?.close?.();
    try {
      const worker = new this.#SharedWorker(this.#address, { type: "module", name: this.#name, extendedLifetime: true });
      worker.onerror = () => this.failed();
      this.#port = portOf(worker.port);
    } catch {
      this.failed(); // forbidden
      return;
    }
    this.#port.receive = (message) => this.receive(message);
    this.renewed();
  }

  post(message) {
    this.#port?.post(message);
  }

  withdraw() {}
}

/** Neither worker nor lock: an old browser, or an address that it does not trust. The page has a hub of its own. */
class OwnLink {
  #makeHub;
  /** @type {{accept(port: import("./ports.js").Port): void, close(): any} | null} */
  #hub = null;
  /** @type {import("./ports.js").Port | null} */
  #port = null;

  receive = (_message) => {};
  renewed = () => {};

  constructor(makeHub) {
    this.#makeHub = makeHub;
  }

  enter() {
    const [page, hubs] = pair();
    page.receive = (message) => this.receive(message);
    this.#port = page;
    this.#hub ??= this.#makeHub();
    this.#hub?.accept(hubs);
    this.renewed();
  }

  post(message) {
    this.#port?.post(message);
  }

  withdraw() {
    this.#hub?.close();
    this.#hub = null;
  }
}
