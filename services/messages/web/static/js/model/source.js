import { Frames } from "./frames.js";

/**
 * One event stream, read by fetch and not by EventSource: one handler serves any number of rooms, where EventSource
 * wants a listener for each event's name; a refusal has a status; and nothing reconnects behind our back.
 *
 * Events: "open"; "event" {type, data}; "closed" {status}, once: the status of a refusal, 0 when it broke or ended.
 */
export class Source extends EventTarget {
  #abort = new AbortController();

  constructor(url, { fetch = globalThis.fetch } = {}) {
    super();
    this.#run(url, fetch);
  }

  /** Nothing is told afterwards. */
  close() {
    this.#abort.abort();
  }

  async #run(url, fetch) {
    let status = 0;
    try {
      const response = await fetch(url, {
        headers: { Accept: "text/event-stream" },
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
        signal: this.#abort.signal,
      });
      if (isStream(response)) await this.#read(response.body);
      else status = response.ok ? 502 : response.status;
    } catch {
      // It broke. Why does not matter: the answer is to try again.
    }
    this.#tell("closed", { status });
  }

  async #read(body) {
    this.#tell("open");
    const frames = new Frames();
    const text = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const event of frames.push(text.decode(value, { stream: true }))) this.#tell("event", event);
    }
  }

  #tell(type, detail) {
    if (!this.#abort.signal.aborted) this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function isStream(response) {
  return response.ok && (response.headers.get("Content-Type") ?? "").startsWith("text/event-stream");
}
