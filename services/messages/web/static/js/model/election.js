import { pair } from "./ports.js";

/**
 * Where a browser has no SharedWorker one of its pages is the hub's place: the one that holds the lock. The others talk to it
 * over a BroadcastChannel, in frames {to, from, message}; to is "hub", "all", or a page. When it closes, the lock goes to
 * the next.
 *
 *     page ──▶ channel ──▶ elected page: hub ◀──▶ itself, by a pair of ports
 */
export class Election {
  #id;
  #name;
  #locks;
  #makeHub;
  #channel;
  /** @type {{accept(port: import("./ports.js").Port): void, close(): any} | null} */
  #hub = null;
  /** @type {import("./ports.js").Port | null} */
  #own = null; // the elected page's line to its own hub
  #ports = new Map(); // of the other pages, at the elected one
  /** @type {((value?: any) => void) | null} */
  #resign = null;
  /** @type {AbortController | null} */
  #entered = null;

  receive = (_message) => {};
  renewed = () => {}; // there is another hub: say hello

  constructor({ name, id, makeHub, locks = globalThis.navigator.locks, Channel = globalThis.BroadcastChannel }) {
    this.#name = name;
    this.#id = id;
    this.#makeHub = makeHub;
    this.#locks = locks;
    this.#channel = new Channel(name);
    this.#channel.onmessage = ({ data }) => this.#frame(data);
  }

  enter() {
    if (this.#entered) {
      this.renewed(); // it stands already
      return;
    }
    this.#entered = new AbortController();
    const { signal } = this.#entered;
    this.#locks.request(this.#name, { signal }, () => this.#elected()).catch(() => {}); // withdrawn
    this.renewed();
  }

  post(message) {
    if (this.#own) this.#own.post(message);
    else this.#send("hub", message);
  }

  /** The page closes, or is put away. */
  async withdraw() {
    this.#entered?.abort();
    this.#entered = null;
    const hub = this.#hub;
    this.#hub = this.#own = null;
    this.#ports.clear();
    await hub?.close();
    this.#resign?.();
  }

  #elected() {
    const hub = this.#makeHub();
    this.#hub = hub;
    const [page, hubs] = pair();
    page.receive = (message) => this.receive(message);
    this.#own = page;
    hub.accept(hubs);
    this.#send("all", { type: "elected" });
    this.renewed();
    return new Promise((resign) => {
      this.#resign = resign;
    });
  }

  #frame({ to, from, message }) {
    if (to === "all") this.renewed();
    else if (to === this.#id) this.receive(message);
    else if (to === "hub" && this.#hub) this.#port(from).receive(message);
  }

  #port(page) {
    if (!this.#ports.has(page)) {
      const port = { receive: () => {}, post: (message) => this.#send(page, message) };
      this.#hub?.accept(port);
      this.#ports.set(page, port);
    }
    return this.#ports.get(page);
  }

  #send(to, message) {
    this.#channel.postMessage({ to, from: this.#id, message });
  }
}
