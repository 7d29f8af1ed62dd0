import { Inbox } from "./model/inbox.js";
import { History } from "./model/history.js";
import { Loader } from "./model/loader.js";
import { ConversationView } from "./view/room/conversationview.js";

/**
 * One room that was opened in this page: what is loaded of it, what arrives, what is on its way, and where its reader is.
 * It stays while others are open.
 *
 *     line ──▶ receive, ready, reset ──▶ inbox ──▶ history ◀── loader ◀── api
 *                                                    │
 *                                                   view
 */
export class Conversation {
  #room; // the OpenRoom
  #summary; // what the hub says of it
  #me;
  #outbox;
  #announcer;
  #waiting = false;
  #history = new History();
  #inbox = new Inbox((messages) => this.#take(messages));
  #loader;
  #view;
  #shown = false;
  #place = null; // where the reader was; null: at the end
  #unreadFrom = null;
  #older = { loading: false, failed: false, unknown: true };
  #since; // what came before, it was begun with
  #closed = false;

  /** room: the OpenRoom; outbox: the PageOutbox. announcer: for those who listen. */
  constructor({ room, summary, me, dates, api, outbox, announcer, onSignedOut }) {
    this.#room = room;
    this.#since = room.at;
    this.#summary = summary;
    this.#me = me;
    this.#outbox = outbox;
    this.#announcer = announcer;
    const apply = (change, how) => this.#apply(change, how);
    this.#loader = new Loader({ room, api, history: this.#history, apply, onSignedOut });
    this.#view = new ConversationView({
      dates,
      username: me,
      model: () => ({ room: this.#summary, history: this.#history, outbox, unreadFrom: this.#unreadFrom, older: this.#older }),
      on: {
        scroll: () => this.#scrolled(),
        older: () => this.#loadOlder(),
        newest: () => this.lead(),
        retry: (clientId) => outbox.retry(clientId),
        discard: (clientId) => outbox.discard(clientId),
      },
    });
    outbox.addEventListener("change", () => this.#showOutbox());
    outbox.addEventListener("sent", ({ detail: { entry, id } }) => this.#sent(entry, id));
  }

  get name() {
    return this.#room.name;
  }

  get room() {
    return this.#room;
  }

  get element() {
    return this.#view.element;
  }

  get shown() {
    return this.#shown;
  }

  /** The first of what it shows. newer: there may be messages after these. */
  begin({ messages, more, newer = false }) {
    this.#history.join(messages);
    this.#history.hasOlder = more;
    this.#history.atNewest = !newer;
    this.#older.unknown = false;
    this.#markUnread();
    this.#view.show();
  }

  /** It is in the page now: back to where the reader was, or to where the unread begins. */
  enter() {
    this.#shown = true;
    if (this.#place && this.#view.scroller.return(this.#place)) {
      this.#settle();
      return;
    }
    if (this.#unreadFrom === null) this.#markUnread();
    this.#view.show();
    this.#view.scroller.toBottom();
    const { divider, scroller } = this.#view;
    if (divider && scroller.sideOf(divider) < 0) scroller.to(divider, "start");
    this.#settle();
  }

  /** Another is about to be shown. */
  leave() {
    this.#inbox.flush();
    this.#place = this.#atEnd ? null : this.#view.scroller.place;
    this.#shown = false;
    this.#unreadFrom = null;
  }

  /** The room is not the reader's any more: nothing of it is shown or loaded again. */
  close() {
    this.#closed = true;
    this.#loader.close();
    this.#outbox.close();
    this.#inbox.clear();
    this.#history.clear();
    this.#view.show();
  }

  /** What the hub says of the room. */
  know(summary) {
    this.#summary = summary;
    this.#view.show();
    if (this.#shown) this.#showLead();
  }

  /** Messages as they stand now. In a replay many come at once, and are shown together. */
  receive(messages, { live }) {
    for (const message of messages) {
      this.#room.advance(message.revision);
      if (!this.#closed && message.revision > this.#since) this.#inbox.push(message);
    }
    if (live) this.#inbox.flush();
  }

  ready(id) {
    this.#inbox.flush();
    this.#room.advance(id);
  }

  reset(head) {
    this.#inbox.clear();
    this.#room.reset(head);
    this.#since = Math.min(this.#since, head);
    return this.#loader.reset(head, { atEnd: () => this.#atEnd });
  }

  send(body) {
    this.#outbox.add(body);
    this.#unreadFrom = null;
    this.toNewest();
  }

  /** Down to the newest message, which may have to be loaded. */
  async toNewest() {
    await this.#loader.newest();
    this.#view.show();
    this.#view.scroller.toBottom();
    this.#settle();
  }

  /** By the button: to where the unread begins if that is below, else to the newest. The button goes: the focus stays here. */
  async lead() {
    const { scroller } = this.#view;
    const below = this.#unreadFrom !== null && this.#unreadFrom > scroller.lastSeen;
    if (below && !this.#view.divider) await this.#loader.from(this.#unreadFrom - 1);
    const { divider } = this.#view;
    if (below && divider) scroller.to(divider, "start");
    else await this.toNewest();
    scroller.element.focus({ preventScroll: true });
    this.#settle();
  }

  /** To where the unread begins; to the newest if nothing is. */
  async toUnread() {
    if (this.#unreadFrom === null) return this.toNewest();
    if (!this.#view.divider) await this.#loader.from(this.#unreadFrom - 1);
    if (this.#view.divider) this.#view.scroller.to(this.#view.divider, "start");
    return this.#settle();
  }

  /** Everything is read, wherever the reader is. */
  markRead() {
    this.#unreadFrom = null;
    this.#room.mark();
    this.#view.show();
    this.#showLead();
  }

  /** To a message, which may have to be loaded. False: it is not there. */
  async goTo(id) {
    const found = this.#history.get(id) ? true : await this.#loader.around(id);
    if (!found) return found;
    this.#view.link(id);
    this.#view.scroller.to(this.#view.message(id));
    this.#view.message(id).focus({ preventScroll: true });
    this.#settle();
    return true;
  }

  relabel() {
    this.#view.relabel();
  }

  /** The page is looked at again, or no more. */
  look() {
    if (document.hidden && this.#atEnd) this.#unreadFrom = null;
    if (this.#shown) this.#settle();
  }

  get #atEnd() {
    return this.#view.scroller.nearBottom && this.#history.atNewest;
  }

  #take(messages) {
    const news = messages.filter((message) => this.#isNews(message));
    const stuck = !this.#shown || this.#atEnd;
    for (const message of messages) {
      this.#history.upsert(message);
      if (message.username === this.#me) this.#outbox.acknowledge(message.client_id);
    }
    const follows = this.#shown ? stuck : !this.#place;
    if (follows) this.#history.trimOldest();
    else this.#history.trimNewest();
    if (news.length > 0 && this.#shown && (document.hidden || !stuck)) this.#unreadFrom ??= news[0].id;
    if (stuck) this.#view.show();
    else this.#view.scroller.hold(() => this.#view.show());
    if (!this.#shown) return;
    if (stuck) this.#view.scroller.toBottom();
    this.#announcer.said(news);
    this.#settle();
  }

  /** Said by somebody else, and not seen before. */
  #isNews({ id, revision, username, deleted }) {
    return id === revision && !deleted && username !== this.#me && !this.#history.get(id);
  }

  #apply(change, { stays = true } = {}) {
    const all = () => {
      change();
      this.#older.unknown = false;
      this.#view.show();
    };
    if (stays) this.#view.scroller.hold(all);
    else all();
    if (!stays) this.#view.scroller.toBottom();
  }

  async #loadOlder() {
    if (!this.#history.hasOlder || !this.#history.first || this.#loader.busy) return;
    this.#sign({ loading: true, failed: false });
    const loaded = await this.#loader.older();
    this.#sign({ loading: false, failed: loaded === false && !this.#closed });
    if (loaded) this.#settle();
  }

  #sign(signs) {
    Object.assign(this.#older, signs);
    this.#view.scroller.hold(() => this.#view.show());
  }

  async #loadNewer() {
    if (await this.#loader.newer()) this.#settle();
  }

  #scrolled() {
    if (!this.#shown || this.#closed) return;
    if (this.#view.scroller.closeToTop && !this.#older.failed) this.#loadOlder();
    if (this.#view.scroller.closeToBottom && !this.#history.atNewest) this.#loadNewer();
    this.#settle();
  }

  /** After anything: what can be seen is read, and the button down is there when it is needed. */
  #settle() {
    if (this.#closed || !this.#shown) return;
    if (!document.hidden) this.#room.mark(this.#atEnd ? this.#room.at : this.#view.scroller.lastSeen);
    this.#showLead();
    if (this.#view.scroller.fromTop <= 0 && !this.#older.failed) this.#loadOlder();
    if (this.#view.scroller.fromBottom <= 0 && !this.#history.atNewest && !this.#loader.busy) this.#loadNewer();
  }

  #showLead() {
    const count = this.#atEnd ? 0 : this.#summary.unread;
    this.#view.lead(!this.#atEnd && (count > 0 || !this.#view.scroller.closeToBottom || !this.#history.atNewest), count);
  }

  /** What was said since the room was last read. */
  #markUnread() {
    const { read } = this.#room;
    const first = this.#history.messages.find(({ id, username, deleted }) => id > read && username !== this.#me && !deleted);
    if (read === null || !first || this.#summary.unread === 0) return;
    this.#unreadFrom = read < (this.#history.first?.id ?? 0) ? read + 1 : first.id;
  }

  /** Whether what is written goes out is seen below it, and told once. */
  #showOutbox() {
    this.#view.show();
    const { entries, waiting } = this.#outbox;
    const waits = waiting && entries.some(({ state }) => state !== "failed");
    if (waits && !this.#waiting && this.#shown) this.#announcer.say("Waiting to be sent");
    this.#waiting = waits;
  }

  /** Stored. The stream may be late or away, so it is shown now; what the stream brings replaces it. */
  #sent({ clientId, body }, id) {
    if (this.#history.get(id)) return;
    const created = new Date().toISOString();
    this.#take([{ id, revision: id, room: this.name, username: this.#me, body, created_at: created, client_id: clientId }]);
  }
}
