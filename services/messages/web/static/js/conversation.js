import { ApiError, isNoAnswer } from "./model/api.js";
import { History } from "./model/history.js";
import { MessageList } from "./view/messagelist.js";
import { Newest } from "./view/newest.js";
import { OutboxList } from "./view/outboxlist.js";
import { Scroller } from "./view/scroller.js";

const pageSize = 50;

/** The open room: its history in the page, what arrives, what is on its way, and what is loaded at either end. */
export class Conversation {
  #room;
  #username;
  #api;
  #outbox;
  #onSignedOut;

  #history = new History();
  #list;
  #outboxList;
  #scroller;
  #newest;
  #inbox = []; // messages of a replay, not shown yet
  #inboxTimer = null;
  #loading = null; // the load that is under way
  #resetTo = null; // the head at which to load anew
  #closed = false;
  #signs;

  /** room is the OpenRoom, outbox the PageOutbox. */
  constructor({ room, username, more, dates, api, outbox, elements, onSignedOut }) {
    this.#room = room;
    this.#username = username;
    this.#api = api;
    this.#outbox = outbox;
    this.#onSignedOut = onSignedOut;
    this.#signs = elements;
    this.#scroller = new Scroller(elements.scroller, elements.log);
    this.#newest = new Newest(elements.newest, elements.newestText, () => this.#leadToNewest());
    this.#list = new MessageList(elements.log, this.#history, dates);
    this.#outboxList = new OutboxList(elements.outbox, outbox, username, dates);

    this.#history.hasOlder = more;
    this.#history.join(this.#list.adopt(room.name));
    this.#list.arrangeAll();
    this.#markUnread();
    this.#watchOutbox();
    elements.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    elements.olderFailed.querySelector("button").addEventListener("click", () => this.#loadOlder());
    addEventListener("hashchange", () => this.#goToLink());
    document.addEventListener("visibilitychange", () => this.#visibility());
    this.#goToLink();
    this.#settle();
  }

  /** What the page was written with: the messages, all that there are above the position `from`. */
  get seed() {
    const { messages, first, hasOlder } = this.#history;
    const from = hasOlder && first ? first.id - 1 : 0;
    return { messages: [...messages], from };
  }

  /** The room is not the reader's any more: nothing of it is shown or loaded again. */
  close() {
    this.#closed = true;
    this.#inbox = [];
    this.#history.clear();
    this.#list.clear();
  }

  /** A message as it stands now. In a replay many come at once, and are shown together. */
  receive(message, { live }) {
    this.#room.advance(message.revision);
    if (this.#closed) return;
    this.#inbox.push(message);
    if (live) this.flush();
    else this.#inboxTimer ??= setTimeout(() => this.flush(), 50);
  }

  flush() {
    clearTimeout(this.#inboxTimer);
    this.#inboxTimer = null;
    const messages = this.#inbox.splice(0);
    if (messages.length > 0) this.#take(messages);
  }

  /** The server cannot say what changed since our cursor: load again what is loaded, however often it takes. */
  async reset(head) {
    this.#inbox = [];
    this.#room.reset(head);
    const idle = this.#resetTo === null;
    this.#resetTo = head;
    while (idle && this.#resetTo !== null && !this.#closed) {
      const to = this.#resetTo;
      if (await this.#load(() => this.#reload(to), { wait: true })) {
        if (to === this.#resetTo) this.#resetTo = null;
      } else {
        await new Promise((done) => setTimeout(done, 3000));
      }
    }
  }

  /** Down to the newest message, which may have to be loaded. */
  async toNewest() {
    if (!this.#history.atNewest) await this.#load(() => this.#replaceByNewest(), { wait: true });
    this.#scroller.toBottom();
    this.#settle();
  }

  /** By the button, which is gone then: the focus goes to what it led to. */
  async #leadToNewest() {
    await this.toNewest();
    this.#signs.scroller.focus({ preventScroll: true });
  }

  /** Where the reader is, if that still exists; else the newest. */
  async #reload(head) {
    const last = this.#history.last?.id ?? 0;
    if (this.#atEnd || last > head) return this.#replaceByNewest();
    const page = await this.#ask({ before: last + 1, limit: 200 });
    this.#scroller.hold(() => this.#replace(page, last));
  }

  send(body) {
    this.#outbox.add(body);
    this.#list.unreadFrom = null;
    this.toNewest();
  }

  relabel() {
    this.#list.arrangeAll();
  }

  get #atEnd() {
    return this.#scroller.nearBottom && this.#history.atNewest;
  }

  #take(messages) {
    const stuck = this.#atEnd;
    const added = [];
    const changed = [];
    const news = messages.filter((message) => this.#isNews(message));
    for (const message of messages) {
      const outcome = this.#history.upsert(message);
      if (outcome === "added") added.push(message);
      if (outcome === "changed") changed.push(message);
      if (message.username === this.#username) this.#outbox.acknowledge(message.client_id);
    }
    const gone = stuck ? this.#history.trimOldest() : this.#history.trimNewest();
    if (news.length > 0 && (document.hidden || !stuck)) this.#missed(news);
    const change = () => {
      this.#list.remove(gone);
      this.#list.add(added.filter((message) => this.#history.get(message.id)));
      this.#list.update(changed);
      this.#showOutbox();
      this.#showSigns();
    };
    if (stuck) {
      change();
      this.#scroller.toBottom();
    } else {
      this.#scroller.hold(change);
    }
    this.#settle();
  }

  /** Said by somebody else, and not seen before. */
  #isNews({ id, revision, username }) {
    return id === revision && username !== this.#username && !this.#history.get(id);
  }

  #missed(news) {
    this.#newest.add(news.length);
    this.#list.unreadFrom ??= news[0].id;
  }

  async #loadOlder() {
    if (!this.#history.hasOlder || !this.#history.first) return;
    this.#signs.older.hidden = false;
    this.#signs.olderFailed.hidden = true;
    const loaded = await this.#load(async () => {
      const page = await this.#ask({ before: this.#history.first.id, limit: pageSize });
      this.#scroller.hold(() => {
        this.#signs.older.hidden = true;
        this.#list.silently(() => this.#joinOlder(page));
      });
    });
    this.#signs.older.hidden = true;
    this.#signs.olderFailed.hidden = loaded !== false;
    if (loaded) this.#settle();
  }

  #joinOlder({ messages, more }) {
    const added = this.#history.join(messages);
    this.#history.hasOlder = more;
    this.#list.add(added);
    this.#list.remove(this.#history.trimNewest());
    this.#showSigns();
  }

  /** Ids are positions: the page before last + 51 holds all that follows last, at most 50, often fewer. */
  async #loadNewer() {
    const loaded = await this.#load(async () => {
      let upTo = this.#history.last.id;
      let added = [];
      while (added.length === 0 && !this.#history.atNewest) {
        upTo += pageSize;
        const page = await this.#ask({ before: upTo + 1, limit: pageSize });
        this.#scroller.hold(() => this.#list.silently(() => {
          added = this.#joinNewer(page, upTo);
        }));
      }
    });
    if (loaded) this.#settle();
  }

  #joinNewer({ messages, head }, upTo) {
    const last = this.#history.last.id;
    const added = this.#history.join(messages.filter((message) => message.id > last));
    this.#history.atNewest = this.#reaches(upTo, head);
    this.#list.add(added);
    this.#list.remove(this.#history.trimOldest());
    this.#showSigns();
    return added;
  }

  /** Whether what was loaded up to a position, when the room stood at head, meets what the stream brings from now on. */
  #reaches(upTo, head) {
    return upTo >= head && head >= this.#room.at;
  }

  async #replaceByNewest() {
    do {
      const page = await this.#ask({ limit: pageSize });
      this.#replace(page, page.head);
    } while (!this.#history.atNewest);
    this.#newest.clear();
    this.#scroller.toBottom();
  }

  #replace({ messages, head, more }, upTo) {
    this.#list.silently(() => {
      this.#history.clear();
      this.#list.clear();
      this.#history.hasOlder = more;
      this.#history.atNewest = this.#reaches(upTo, head);
      this.#list.add(this.#history.join(messages));
      this.#showOutbox();
      this.#showSigns();
    });
  }

  /** One load at a time: true if it was done, false if it failed, undefined if another was under way and it did not wait. */
  async #load(action, { wait = false } = {}) {
    while (this.#loading) {
      if (!wait) return undefined;
      await this.#loading;
    }
    this.#loading = this.#attempt(action);
    const done = await this.#loading;
    return done;
  }

  async #attempt(action) {
    if (this.#closed) return false;
    try {
      await action();
      return true;
    } catch (error) {
      if (error.signedOut) this.#onSignedOut();
      else if (!(error instanceof ApiError || isNoAnswer(error))) throw error;
      return false;
    } finally {
      this.#loading = null;
    }
  }

  async #ask(query) {
    const page = await this.#api.history(this.#room.name, query);
    if (this.#closed) throw new ApiError(404, "room_not_found", "The room is not yours any more.");
    return page;
  }

  /** An address that ends in #m42 names a message, which may have to be loaded. */
  async #goToLink() {
    const id = Number(/^#m(\d+)$/.exec(location.hash)?.[1]);
    if (!id) return;
    if (!this.#list.element(id)) await this.#load(() => this.#loadAround(id), { wait: true });
    const element = this.#list.element(id);
    if (element) this.#showLinked(element);
    this.#settle();
  }

  /** Marked by hand: a message that was loaded for it is not the :target of the address. */
  #showLinked(element) {
    for (const { dataset } of this.#signs.log.querySelectorAll("[data-linked]")) delete dataset.linked;
    element.dataset.linked = "";
    this.#scroller.to(element);
  }

  async #loadAround(id) {
    const upTo = id + pageSize / 2;
    const page = await this.#ask({ before: upTo + 1, limit: pageSize });
    if (page.messages.some((message) => message.id === id)) this.#replace(page, upTo);
  }

  #scrolled() {
    if (this.#scroller.closeToTop && this.#signs.olderFailed.hidden) this.#loadOlder();
    else if (this.#scroller.closeToBottom && !this.#history.atNewest) this.#loadNewer();
    this.#settle();
  }

  /** After anything: what can be seen is read, and the button down is there when it is needed. */
  #settle() {
    if (this.#closed) return;
    if (this.#atEnd && !document.hidden) {
      this.#room.mark();
      this.#newest.clear();
    }
    this.#newest.show(!this.#atEnd && (this.#newest.count > 0 || !this.#scroller.closeToBottom || !this.#history.atNewest));
    if (this.#scroller.fromTop <= 0 && this.#signs.olderFailed.hidden && !this.#loading) this.#loadOlder();
  }

  #visibility() {
    if (document.hidden && this.#newest.count === 0) this.#list.unreadFrom = null;
    this.#settle();
  }

  /** What was said since the room was last read here. */
  #markUnread() {
    const last = this.#room.read;
    const first = this.#history.messages.find(({ id, username }) => id > last && username !== this.#username);
    if (last !== null && first) this.#list.unreadFrom = last < (this.#history.first?.id ?? 0) ? last + 1 : first.id;
  }

  #watchOutbox() {
    this.#outbox.addEventListener("change", () => this.#showOutbox());
    this.#outbox.addEventListener("sent", ({ detail: { entry, id } }) => this.#sent(entry, id));
  }

  /** Stored. The stream may be late or away, so it is shown now; what the stream brings replaces it. */
  #sent(entry, id) {
    const message = {
      id,
      revision: id,
      room: this.#room.name,
      username: this.#username,
      body: entry.body,
      created_at: new Date().toISOString(),
      client_id: entry.clientId,
    };
    if (this.#history.get(id)) this.#showOutbox();
    else this.#take([message]);
  }

  #showOutbox() {
    this.#outboxList.show(this.#history.last);
    this.#showSigns();
  }

  #showSigns() {
    const empty = this.#history.size === 0 && this.#outbox.entries.length === 0;
    this.#signs.empty.hidden = !empty;
    this.#signs.beginning.hidden = empty || this.#history.hasOlder;
  }
}
