import { isCalled } from "./called.js";
import { Kept } from "./kept.js";

const mostCounted = 100; // "more than 99"
const none = { count: 0, mentions: 0 };

/**
 * One of my rooms: what is known of it, up to which position, and from that what is unread.
 *
 *     1 … from │ the kept messages … position │ head
 *
 * What is unread is counted from the kept messages where they reach back to what was read; else from what the server
 * counted, and what came since; else it is not certain, and the server is asked.
 */
export class Room {
  #kept;
  #me;
  #base; // what was counted at a position: {at, read, count, mentions}; null
  #last; // what was counted last: {count, mentions}

  constructor({ name, me = "", kept, base = null, last = none, position = 0, began = position, reopened = 0, marked = 0, ...known }) {
    this.name = name;
    this.kind = known.kind ?? "open";
    this.title = known.title ?? "";
    this.topic = known.topic ?? "";
    this.people = known.people ?? [];
    this.notify = known.notify ?? "all";
    this.moderator = known.moderator ?? false;
    this.archived = known.archived ?? false;
    this.titled = known.titled ?? false; // title and topic are known
    this.revision = known.revision ?? 0; // of the membership, on my log
    this.position = position;
    this.began = began; // every change after this, up to position, was brought
    this.head = known.head ?? position; // at least
    this.read = known.read ?? 0;
    this.acked = known.acked ?? this.read; // the server knows that it was read up to here
    this.reopened = reopened; // mine up to here are not read by my having said them: it was marked unread
    this.marked = marked; // how often it was, as far as is known
    this.floor = known.floor ?? 0; // what was said up to here is gone, and counts as read
    this.used = known.used ?? 0; // when something last happened, by this machine's clock
    this.#me = me;
    this.#kept = new Kept(kept ?? { from: position, whole: position }, me);
    this.#base = base;
    this.#last = counted(last);
  }

  /** What is kept of it for the next time; the constructor takes it. */
  record() {
    return { ...this, kept: this.#kept.record(), base: this.#base, last: this.#last };
  }

  /** What a page is told of it. */
  summary() {
    const { name, kind, topic, people, notify, moderator, archived, read, marked, unread, mentions, floor } = this;
    const title = this.title || (kind === "direct" ? "" : name);
    return { name, kind, title, topic, people, notify, moderator, archived, read, marked, unread, mentions, floor };
  }

  /** Every change after this, up to position, is to a message that is kept. */
  get whole() {
    return this.#kept.whole;
  }

  /** All messages above this are kept. */
  get from() {
    return this.#kept.from;
  }

  get keptIds() {
    return this.#kept.ids;
  }

  /** Whether these are all kept messages that changed after a position, as they stand. */
  matches(messages, position) {
    return this.#kept.matches(messages, position);
  }

  /** How many messages by others, neither deleted nor in a thread, are above what I have read; 100 for more than 99. */
  get unread() {
    return this.#counted.count;
  }

  /** How many of these mention me. */
  get mentions() {
    return this.#counted.mentions;
  }

  get #counted() {
    this.#last = this.#count() ?? this.#last;
    return this.#last;
  }

  get certain() {
    return this.#count() !== null;
  }

  /** A message as it stands now; returns what Kept does. mine: I said it, and so have read up to it. */
  take(message, mine) {
    if (!mine) this.#recount(message);
    this.#settle();
    this.advance(message.revision);
    if (mine && message.id > this.reopened) this.#raise(message.id);
    return this.#kept.put(message);
  }

  /** The room itself, as its log tells it. Returns the ids that are not kept any more. */
  change({ revision, kind, title, topic, archived, floor = 0 }) {
    Object.assign(this, { kind, title, topic, archived, titled: true });
    this.advance(revision);
    return this.#expire(floor);
  }

  /** Everything up to position is known: what the stream did not bring is superseded. */
  advance(position) {
    this.position = Math.max(this.position, position);
    this.head = Math.max(this.head, this.position);
  }

  /** The log goes on at position, which may be behind; what lies between is not known. Returns the ids that were kept. */
  jump(position) {
    const drop = this.keptIds;
    if (position < this.position) {
      this.read = Math.min(this.read, position);
      this.acked = Math.min(this.acked, position);
      this.#base = null;
    }
    this.#kept = new Kept({ from: position, whole: position }, this.#me);
    this.position = this.head = this.began = position;
    this.titled = false;
    this.floor = 0; // until the server says so again
    return drop;
  }

  /** What I have in it, as my log tells it. */
  member({ revision, kind, moderator, read, reopened = 0, notify, people = [] }) {
    Object.assign(this, { revision, kind, moderator, notify, people });
    this.#hear(read, reopened);
  }

  /**
   * What the server says of it when it is asked for my rooms; older: it knew less of my membership than we do. Returns the
   * ids that are not kept any more.
   */
  answer({ kind, title, topic, people = [], notify, moderator = false, archived = false, head, read, reopened = 0, unread, mentions = 0, floor = 0 }, { older }) {
    Object.assign(this, { kind, people });
    if (!older) Object.assign(this, { notify, moderator });
    if (!this.titled || head >= this.position) Object.assign(this, { title, topic, archived, titled: head >= this.began });
    this.head = Math.max(this.head, head);
    if (older) this.acknowledge(read);
    else this.#hear(read, reopened);
    const drop = this.#expire(floor);
    this.#base = { at: head, read, count: unread, mentions };
    return drop;
  }

  /** I have read up to id. Returns whether that is news. */
  mark(id) {
    if (id <= this.read || (this.certain && this.unread === 0)) return false;
    this.#raise(id);
    return true;
  }

  /** The server knows that it was read up to here. */
  acknowledge(read) {
    this.acked = Math.max(this.acked, read);
    this.#raise(read);
  }

  /** The server does not take it that more was read. */
  unmark() {
    this.read = this.acked;
  }

  /** What a page was written with; returns what Kept does. */
  seed(messages, from, at) {
    if (at > this.position) return [];
    return this.#kept.seed(messages.filter(({ id }) => id > this.floor), Math.max(from, this.floor), at);
  }

  /** A message of others, which was counted as it was, has changed: deleted, or edited, so that it may mention others. */
  #recount({ id, revision, deleted, thread, edited_at: edited, mentions = [] }) {
    const base = this.#base;
    if (!base || thread || revision <= Math.max(base.at, this.position) || id > base.at || id <= base.read) return;
    const mentioned = base.mentions > 0 || isCalled(mentions, this.#me);
    if (!deleted && !(edited && mentioned)) return;
    const lower = deleted && base.mentions === 0 && base.count < mostCounted && base.count > 0;
    this.#base = lower ? { ...base, count: base.count - 1 } : null;
  }

  /** The oldest of what is kept is about to go: what was counted until now stays known. */
  #settle() {
    const counted = this.#kept.full && this.#count();
    if (counted) this.#base = { at: Math.max(this.position, this.#base?.at ?? 0), read: this.read, ...counted };
  }

  /** What was said up to here is gone. */
  #expire(floor) {
    if (floor <= this.floor) return [];
    this.floor = floor;
    if (this.#base && this.#base.read < floor) this.#base = null;
    this.acknowledge(floor);
    return this.#kept.expire(floor);
  }

  /** The server says how far it was read, and up to where mine don't count since it was marked unread. */
  #hear(told, reopened) {
    const read = Math.max(told, this.floor);
    const back = read < reopened && (reopened > this.reopened || read < this.acked);
    this.reopened = Math.max(this.reopened, reopened);
    if (!back) {
      this.acknowledge(read);
      return;
    }
    this.marked++;
    this.read = this.acked = read;
    this.#base = null;
    this.#raise(this.#kept.mineAbove(reopened));
  }

  #raise(read) {
    this.read = Math.max(this.read, read);
  }

  /** null: it can't be said. */
  #count() {
    const base = this.#base?.read === this.read ? this.#base : null;
    const seen = this.#kept.above(this.read);
    if (this.read >= this.#kept.from && this.position >= (base?.at ?? 0)) return sum(seen, none);
    if (base && base.at >= this.#kept.from) return sum(base, this.#kept.above(base.at));
    return null;
  }
}

function sum(a, b) {
  const both = (/** @type {"count" | "mentions"} */ what) => Math.min((a[what] ?? 0) + b[what], mostCounted);
  return { count: both("count"), mentions: both("mentions") };
}

/** An older page kept a number. */
function counted(last) {
  return typeof last === "number" ? { ...none, count: last } : last;
}
