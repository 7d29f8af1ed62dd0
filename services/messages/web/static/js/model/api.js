/** An answer that says no. code is that of the contract; retryAfter is in milliseconds, null if the server named none. */
export class ApiError extends Error {
  constructor(status, code, message, retryAfter = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get signedOut() {
    return this.status === 401;
  }
}

const patience = 15_000;

/** Whether fetch gave up without an answer: no connection (TypeError), or it took too long. */
export function isNoAnswer(error) {
  return error instanceof TypeError || error.name === "TimeoutError" || error.name === "AbortError";
}

/** The HTTP contract, as far as the page needs it. Rejects with ApiError, or with fetch's own error if there was no answer. */
export class Api {
  async rooms() {
    return (await this.#ask("/chat")).rooms;
  }

  createRoom(name) {
    return this.#ask("/chat", { name });
  }

  /** The messages before a position, or the newest: {messages, head, more}. */
  history(room, { before, limit } = {}) {
    const query = new URLSearchParams();
    if (before !== undefined) query.set("before", before);
    if (limit !== undefined) query.set("limit", limit);
    return this.#ask(`/chat/${room}/messages?${query}`);
  }

  post(room, body, clientId) {
    return this.#ask(`/chat/${room}/messages`, { body, client_id: clientId });
  }

  async #ask(path, content) {
    const response = await fetch(path, {
      method: content ? "POST" : "GET",
      headers: { Accept: "application/json", ...(content && { "Content-Type": "application/json" }) },
      body: content && JSON.stringify(content),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      keepalive: Boolean(content), // a message goes out though the reader leaves the room
      signal: AbortSignal.timeout(patience),
    });
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    throw toError(response, answer);
  }
}

function toError(response, answer) {
  const { code = "unknown", message = `The server answered with ${response.status}.` } = answer?.error ?? {};
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  // An answer that claims success and cannot be read is no answer.
  const status = response.ok ? 502 : response.status;
  return new ApiError(status, code, message, Number.isNaN(seconds) ? null : seconds * 1000);
}
