/** An answer that says no. code is that of the contract; retryAfter is in milliseconds, null if the server named none. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {number | null} retryAfter
   */
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

/** Whether what stands in the way may pass by itself: no answer, too much at once, a server in trouble. */
export function passes(error) {
  const status = error.status ?? 0;
  return status === 0 ? isNoAnswer(error) : status === 408 || status === 429 || status >= 500;
}

/** The HTTP contract, as far as the page needs it. Rejects with ApiError, or with fetch's own error if there was no answer. */
export class Api {
  /** My rooms, and the head of my log: {rooms, me}. */
  rooms() {
    return this.#ask("/chat");
  }

  /** room: {name, title, kind}; answers {name}. */
  createRoom(room) {
    return this.#ask("/chat", { content: room });
  }

  join(room) {
    return this.#ask(`/chat/${room}/join`, { method: "POST" });
  }

  /** The messages before, after or around an id, or the newest: {messages, head, more}. */
  history(room, place = {}) {
    return this.#ask(`/chat/${room}/messages?${new URLSearchParams(place)}`);
  }

  /** Who is in a room: {members, more}, the first of them. */
  members(room) {
    return this.#ask(`/chat/${room}/members`);
  }

  /** Messages that a query finds, or that mention me, newest first: {messages, more, next}. before: next of the page before. */
  search(query, before) {
    return this.#ask(`/search?${new URLSearchParams({ q: query, ...(before && { before }) })}`);
  }

  mentions(before) {
    return this.#ask(`/mentions?${new URLSearchParams({ ...(before && { before }) })}`);
  }

  /** The room of these people and me, made if there is none: {name}. */
  direct(people) {
    return this.#ask("/direct", { content: { people } });
  }

  /** People by the beginning of a username, or a part of a name: {people, more}. */
  people(query) {
    return this.#ask(`/people?${new URLSearchParams({ q: query })}`);
  }

  /** These people, as far as I see them. */
  async faces(usernames) {
    const { people } = await this.#ask(`/people?${new URLSearchParams({ usernames: usernames.join(",") })}`);
    return people;
  }

  /** A file of ours, as JSON. Its address has its digest in it: it may be kept. */
  async asset(address) {
    const response = await fetch(address, { signal: AbortSignal.timeout(patience) });
    if (!response.ok) throw toError(response, null);
    return response.json();
  }

  post(room, body, clientId, replyTo) {
    return this.#ask(`/chat/${room}/messages`, { content: { body, client_id: clientId, ...(replyTo && { reply_to: replyTo }) } });
  }

  /** Like all that follow, it answers {id, revision}. */
  edit(room, id, body) {
    return this.#ask(`/chat/${room}/messages/${id}`, { method: "PATCH", content: { body } });
  }

  remove(room, id) {
    return this.#ask(`/chat/${room}/messages/${id}`, { method: "DELETE" });
  }

  react(room, id, emoji, on) {
    return this.#ask(`/chat/${room}/messages/${id}/reactions/${encodeURIComponent(emoji)}`, { method: on ? "PUT" : "DELETE" });
  }

  pin(room, id, on) {
    return this.#ask(`/chat/${room}/messages/${id}/pin`, { method: on ? "PUT" : "DELETE" });
  }

  /** The messages that are pinned in a room, the latest pin first: {messages}. */
  pins(room) {
    return this.#ask(`/chat/${room}/pins`);
  }

  /** unread: what is above id is unread again. */
  read(room, id, unread = false) {
    return this.#ask(`/chat/${room}/read`, { method: "PUT", content: { id, ...(unread && { unread }) } });
  }

  /** Who of some people is here: {people: {name: state}}. */
  presence(names) {
    return this.#ask(`/presence?people=${names.join(",")}`);
  }

  /** What this device tells of its user: "online" or "away". */
  tellPresence(state) {
    return this.#ask("/me/presence", { method: "PUT", content: { state } });
  }

  typing(room) {
    return this.#ask(`/chat/${room}/typing`, { method: "POST" });
  }

  signOut() {
    return this.#ask("/logout", { content: {} });
  }

  /**
   * @param {string} path
   * @param {{content?: object, method?: string}} options
   */
  async #ask(path, { content, method = content ? "POST" : "GET" } = {}) {
    const response = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(content && { "Content-Type": "application/json" }) },
      body: content && JSON.stringify(content),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      keepalive: method !== "GET", // a message goes out though the reader leaves the room
      signal: AbortSignal.timeout(patience),
    });
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    throw toError(response, answer);
  }
}

/**
 * @param {Response} response
 * @param {any} answer
 */
function toError(response, answer) {
  const { code = "unknown", message = `The server answered with ${response.status}.` } = answer?.error ?? {};
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  // An answer that claims success and cannot be read is no answer.
  const status = response.ok ? 502 : response.status;
  return new ApiError(status, code, message, Number.isNaN(seconds) ? null : seconds * 1000);
}
