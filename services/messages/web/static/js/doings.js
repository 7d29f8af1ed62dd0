import { Acts } from "./model/acts.js";
import { Quotes } from "./model/quotes.js";
import { Editing } from "./view/room/editing.js";

/**
 * What the reader does to the messages of one conversation, and how these are shown meanwhile.
 *
 *     history ──▶ acts (what was done here and has not come back yet) ──▶ what is shown
 *     editing: the one that is being changed; quotes: those that are answered and not loaded
 */
export class Doings {
  #history;
  #me;
  #quotes;
  #editing;

  /** me: a username. change() is called when something is to be shown otherwise; say(text) tells those who listen. */
  constructor({ room, api, me, history, change, say, onSignedOut }) {
    this.#history = history;
    this.#me = me;
    this.acts = new Acts({ room, api, me, onSignedOut });
    this.#quotes = new Quotes({ room, api });
    this.#editing = new Editing({
      save: (id, body) => this.acts.edit(id, body),
      remove: (id) => this.acts.remove(id),
      change,
    });
    for (const changing of [this.acts, this.#quotes]) changing.addEventListener("change", change);
    this.acts.addEventListener("removed", () => say("Message deleted. There are five seconds to undo it."));
  }

  /** A loaded message, as it is shown. */
  message(id) {
    const stored = this.#history.get(id);
    return stored && this.acts.shown(stored);
  }

  /** A message that is answered: loaded, or fetched for it. */
  answered(id) {
    return this.message(id) ?? this.#quotes.get(id);
  }

  /** What is going on with a message: its editor; whether it is about to be deleted; what failed. */
  of(id) {
    return { editor: this.#editing.elementOf(id), leaving: this.acts.leaving(id), problem: this.acts.problem(id) };
  }

  /** A message as it stands now. */
  take(message) {
    this.#quotes.take(message);
  }

  /** What was said up to here is gone. */
  expire(floor) {
    this.#quotes.expire(floor);
  }

  /** There is a connection, and everything has come. */
  ready() {
    this.#quotes.again();
  }

  /** What came until now is not what the server has. */
  reset() {
    this.#quotes.forget();
  }

  /** Changes a message in its place; back() takes the focus when that is done. Rejects if the editor can't be fetched. */
  async edit(id, back) {
    const message = this.message(id);
    if (message) await this.#editing.begin(message, back);
  }

  /** The last loaded message that the reader wrote and can change; undefined. */
  get lastOwn() {
    return this.#history.messages.findLast((one) => one.username === this.#me && !this.message(one.id).deleted && !this.acts.leaving(one.id));
  }
}
