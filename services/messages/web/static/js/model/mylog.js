import { Errand } from "./errand.js";

/** My own log, on which rooms come and go, and the question to the server which rooms I have, where the log is not enough. */
export class MyLog {
  #ledger;
  #rooms;
  #api;
  #keep;
  #begin;
  #asking;
  #hints;
  #stale = false; // the log began anew, and the server was not asked yet

  begun = false; // the stream may be opened

  /** begin() is called once, when my rooms are known. onError(error): the server refused to answer. */
  constructor({ ledger, api, keep, clock, begin, onError }) {
    this.#ledger = ledger;
    this.#rooms = ledger.rooms;
    this.#api = api;
    this.#keep = keep;
    this.#begin = begin;
    this.#asking = new Errand({ run: () => this.#ask(), onError, clock });
  }

  /** known: what was kept is enough. hints: where pages stand in rooms that may be new here. */
  start({ known, hints }) {
    this.#hints = hints;
    if (known) this.#beginOnce();
    else this.ask();
  }

  stop() {
    this.#asking.stop();
  }

  hurry() {
    this.#asking.hurry();
  }

  /** Something is not known, or not for certain. */
  ask() {
    this.#asking.want();
  }

  /** A change on it: a membership, or my profile. */
  take(data) {
    if (data.type === "membership") {
      const { joined, changed, left } = this.#rooms.member(data);
      if (joined ?? changed) this.#ledger.touch(joined ?? changed);
      if (left) this.#ledger.drop(left);
    }
    this.advance(data.revision);
  }

  /** It is complete up to position. */
  ready(position) {
    this.#rooms.told();
    this.advance(position);
  }

  advance(position) {
    this.#rooms.at = Math.max(this.#rooms.at, position);
    if (!this.#stale) this.#keep.at(this.#rooms.at);
  }

  /** It goes on at id, and what lies between is not known. */
  reset(id) {
    this.#rooms.reset(id);
    this.#stale = true;
    this.#keep.at(0); // until the server has answered: from the beginning, if it comes to that
    this.ask();
  }

  /** The first time of all the stream waits for it. */
  async #ask() {
    const answer = await this.#api.rooms();
    const { left, drop } = this.#rooms.answer(answer, this.#hints);
    for (const [name, ids] of drop) if (ids.length > 0) this.#keep.drop(name, ids);
    this.#stale = false;
    this.advance(this.begun ? 0 : answer.me);
    for (const room of left) this.#ledger.drop(room);
    for (const room of this.#rooms.all) this.#ledger.touch(room);
    this.#beginOnce();
  }

  #beginOnce() {
    if (this.begun) return;
    this.begun = true;
    this.#begin();
  }
}
