import { ApiError, isNoAnswer } from "./model/api.js";

/** Keeps the stream going through what happens to a page: sleep, other networks, a session that ends. */
export class Connection {
  #stream;
  #api;
  #onRooms;
  #onSignedOut;

  constructor({ stream, api, onRooms, onSignedOut }) {
    this.#stream = stream;
    this.#api = api;
    this.#onRooms = onRooms;
    this.#onSignedOut = onSignedOut;
    stream.addEventListener("signedout", onSignedOut);
    stream.addEventListener("refused", () => this.#findOut());
    addEventListener("online", () => stream.distrust({ surely: true }));
    addEventListener("offline", () => stream.offline());
    addEventListener("pagehide", () => stream.close());
    addEventListener("pageshow", (event) => event.persisted && stream.distrust({ surely: true }));
    document.addEventListener("visibilitychange", () => this.#visible());
  }

  /** Looks for rooms that others have made. */
  async refresh() {
    try {
      this.#onRooms(await this.#api.rooms());
    } catch (error) {
      if (error.signedOut) this.#onSignedOut();
      else if (!(error instanceof ApiError || isNoAnswer(error))) throw error;
      // Without an answer the list stays as it is; the stream tells the reader.
    }
  }

  #visible() {
    if (document.hidden) return;
    this.#stream.distrust();
    this.refresh();
  }

  /** The stream was refused, and EventSource does not say why. */
  async #findOut() {
    await this.refresh();
    this.#stream.again();
  }
}
