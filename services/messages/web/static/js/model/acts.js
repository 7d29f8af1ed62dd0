import { isNoAnswer } from "./api.js";
import { Overlay } from "./overlay.js";
import { reacted, sameEmoji } from "./reactions.js";
import { Removals } from "./removals.js";

/**
 * What the reader does to the messages of one room. It shows at once, and is taken back where the server refuses: why is
 * then beside the message.
 *
 * Events: "change"; "removed" {id}, one that can be undone for a while.
 */
export class Acts extends EventTarget {
  #room;
  #api;
  #me;
  #now;
  #onSignedOut;
  #overlay = new Overlay();
  #problems = new Map(); // id: {text, again}
  #turns = new Map(); // id and what is changed of it: the promise of what was done last
  #removals;

  /** me: a username. */
  constructor({ room, api, me, onSignedOut, clock = globalThis, now = () => new Date() }) {
    super();
    this.#room = room;
    this.#api = api;
    this.#me = me;
    this.#now = now;
    this.#onSignedOut = onSignedOut;
    this.#removals = new Removals({ send: (id) => this.#sendRemoval(id), clock });
  }

  /** The message as it is to be shown. */
  shown(message) {
    return this.#overlay.over(message);
  }

  /** Whether it is about to be deleted. */
  leaving(id) {
    return this.#removals.has(id);
  }

  /** What failed: {text, again}. */
  problem(id) {
    return this.#problems.get(id);
  }

  /** The reader has seen what failed. */
  dismiss(id) {
    this.#problems.delete(id);
    this.#tell("change");
  }

  /** Whether I have reacted to a message, as it is shown, with an emoji; and adds that, or takes it back. */
  toggle({ id, reactions = [] }, emoji) {
    const found = reactions.find((one) => sameEmoji(one.emoji, emoji));
    const on = !found?.people.includes(this.#me);
    return this.react(id, found?.emoji ?? emoji, on);
  }

  react(id, emoji, on) {
    const change = (message) => ({ ...message, reactions: reacted(message.reactions, emoji, this.#me, on) });
    const send = () => this.#api.react(this.#room, id, emoji, on);
    return this.#do(id, `react ${emoji}`, change, send, on ? "Your reaction was not added." : "Your reaction was not taken back.");
  }

  pin(id, on) {
    const change = (message) => ({ ...message, pinned_at: on ? this.#now().toISOString() : undefined, pinned_by: on ? this.#me : undefined });
    return this.#do(id, "pin", change, () => this.#api.pin(this.#room, id, on), on ? "It was not pinned." : "It was not unpinned.");
  }

  /** Rejects as Api does: the editor keeps the text, and says why. */
  async edit(id, body) {
    try {
      const { revision } = await this.#api.edit(this.#room, id, body);
      const edited_at = this.#now().toISOString();
      this.#overlay.put(id, "edit", (message) => (message.revision >= revision ? message : { ...message, body, html: undefined, edited_at }));
      this.#overlay.settle(id, "edit", revision);
      this.#tell("change");
    } catch (error) {
      this.#refused(error);
      throw error;
    }
  }

  remove(id) {
    this.#problems.delete(id);
    this.#removals.begin(id);
    this.#tell("removed", { id });
    this.#tell("change");
  }

  undo(id) {
    if (this.#removals.undo(id)) this.#tell("change");
  }

  /** The page is left: what can still be undone is not any more. */
  flush() {
    this.#removals.flush();
  }

  #sendRemoval(id) {
    const change = (message) => ({ ...message, deleted: true, body: "", html: undefined, reactions: undefined, pinned_at: undefined });
    return this.#do(id, "remove", change, () => this.#api.remove(this.#room, id), "It was not deleted.");
  }

  /** One change after another of the same thing, so that the last one wins. */
  async #do(id, key, change, send, failure) {
    this.#problems.delete(id);
    this.#overlay.put(id, key, change);
    this.#tell("change");
    const name = `${id} ${key}`;
    const before = this.#turns.get(name);
    const turn = (async () => {
      await before;
      await this.#send(id, key, send, failure, () => this.#turns.get(name) === turn, () => this.#do(id, key, change, send, failure));
    })();
    this.#turns.set(name, turn);
    await turn;
    if (this.#turns.get(name) === turn) this.#turns.delete(name);
  }

  async #send(id, key, send, failure, isLast, again) {
    try {
      const { revision } = await send();
      if (isLast()) this.#overlay.settle(id, key, revision);
    } catch (error) {
      this.#refused(error);
      if (isLast()) this.#overlay.drop(id, key);
      this.#problems.set(id, { text: `${failure} ${why(error)}`, again });
    }
    this.#tell("change");
  }

  #refused(error) {
    if (error.signedOut) this.#onSignedOut();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Why something could not be done, for the reader. */
export function why(error) {
  if (error.status) return error.message;
  if (isNoAnswer(error)) return "There is no connection just now.";
  throw error;
}
