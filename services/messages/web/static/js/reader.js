/** The reader of a conversation: where they are in it, where they go, and what they have seen. */
export class Reader {
  #room;
  #history;
  #loader;
  #unread;
  #edges;
  #view;
  #summary;
  #onNewest;
  #before = null; // where they were before a link led to a message
  #place = null; // where they were when they left; null: at the end

  here = false; // the conversation is the one that is shown

  /** view() and summary() are those of now. onNewest() is told when they go there. */
  constructor({ room, history, loader, unread, edges, view, summary, onNewest }) {
    this.#room = room;
    this.#history = history;
    this.#loader = loader;
    this.#unread = unread;
    this.#edges = edges;
    this.#view = view;
    this.#summary = summary;
    this.#onNewest = onNewest;
  }

  get atEnd() {
    return this.#scroller.nearBottom && this.#history.atNewest;
  }

  /** Whether they will be at the end, wherever the conversation is now. */
  get endsAtNewest() {
    return this.here ? this.atEnd : !this.#place;
  }

  /** Back to where they were, or to where the unread begins. */
  enter() {
    this.here = true;
    if (this.#unread.begin(this.#history, this.#summary().unread)) this.#view().show();
    if (!this.#place || !this.#scroller.return(this.#place)) this.#toUnread();
    this.settle();
  }

  leave() {
    this.#place = this.atEnd ? null : this.#scroller.place;
    this.here = false;
    this.#room.release();
    this.#unread.clear();
  }

  /** Down to the newest message, which may have to be loaded. */
  async toNewest() {
    this.#room.release();
    await this.#loader.newest();
    this.#view().link(null);
    this.#onNewest();
    this.#scroller.toBottom();
    this.settle();
  }

  /** By the button: to where the unread begins if that is below, else to the newest. The button goes: the focus stays here. */
  async lead() {
    const below = this.#unread.from !== null && this.#unread.from > this.#scroller.lastSeen;
    if (below && !this.#view().divider) await this.#loader.from(this.#unread.from - 1);
    const { divider } = this.#view();
    if (below && divider) this.#scroller.to(divider, "start");
    else await this.toNewest();
    this.#scroller.element.focus({ preventScroll: true });
    this.settle();
  }

  /** To where the unread begins, wherever that is; to the newest if nothing is. */
  async toUnread() {
    if (this.#unread.from === null) return this.toNewest();
    if (!this.#view().divider) await this.#loader.from(this.#unread.from - 1);
    const { divider } = this.#view();
    if (divider) this.#scroller.to(divider, "start");
    return this.settle();
  }

  /** They were at the end, and more has come than can be seen at once: on from where they had read to. */
  goOn() {
    this.#unread.clear();
    this.#unread.begin(this.#history, 1);
    this.#view().show();
    return this.toUnread();
  }

  /** Everything is read, wherever they are. */
  markRead() {
    this.#room.release();
    this.#unread.clear();
    this.#room.mark();
    this.#view().show();
    this.showLead();
  }

  /** From a message on everything is unread, until they leave, or read it on purpose. */
  markUnread(id) {
    this.#room.reopen(id);
    this.reopened(id);
  }

  /** It was marked unread, here or elsewhere. from: where, if that is known. */
  reopened(from = null) {
    this.#unread.clear();
    if (from === null) this.#unread.begin(this.#history, this.#summary().unread);
    else this.#unread.set(from);
    if (this.here) this.#scroller.hold(() => this.#view().show());
    else this.#view().show();
    this.showLead();
  }

  /** To a message, which may have to be loaded. False: it is not there; undefined: that can't be said. */
  async goTo(id) {
    const before = this.atEnd ? null : this.#scroller.place;
    const found = this.#history.get(id) ? true : await this.#loader.around(id);
    if (!found) return found;
    this.#before = before;
    this.#view().link(id);
    this.#scroller.to(this.#view().message(id));
    this.#view().message(id).focus({ preventScroll: true });
    this.settle();
    return true;
  }

  /** Back from a message to where they were before. */
  async back() {
    const place = this.#before;
    this.#before = null;
    if (!place) return this.toNewest();
    this.#view().link(null);
    if (!this.#scroller.return(place) && (await this.#loader.around(place.id))) this.#scroller.return(place);
    return this.settle();
  }

  /** The page is looked at again, or no more. */
  look() {
    if (document.hidden && this.atEnd && !this.#room.held) this.#unread.clear();
    this.settle();
  }

  scrolled() {
    if (!this.here) return;
    this.#edges.near();
    this.settle();
  }

  /** After anything: what can be seen is read, and the button down is there when it is needed. */
  settle() {
    if (!this.here) return;
    if (!document.hidden) this.#room.mark(this.atEnd ? this.#room.at : this.#scroller.lastSeen);
    this.showLead();
    this.#edges.fill();
  }

  showLead() {
    if (!this.here) return;
    const { atEnd } = this;
    const count = atEnd ? 0 : this.#summary().unread;
    this.#view().lead(!atEnd && (count > 0 || !this.#scroller.closeToBottom || !this.#history.atNewest), count);
  }

  get #scroller() {
    return this.#view().scroller;
  }

  #toUnread() {
    this.#scroller.toBottom();
    const { divider } = this.#view();
    if (divider && this.#scroller.sideOf(divider) < 0) this.#scroller.to(divider, "start");
  }
}
