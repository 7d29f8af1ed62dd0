import { Doings } from "./doings.js";
import { Edges } from "./edges.js";
import { History } from "./model/history.js";
import { Inbox } from "./model/inbox.js";
import { Loader } from "./model/loader.js";
import { UnreadMark } from "./model/unreadmark.js";
import { Reader } from "./reader.js";
import { ConversationView } from "./view/room/conversationview.js";

const glance = 30; // messages: more than can be seen at once
const light = 100; // messages that stay of a room that is not shown: what is there at once must be little

/**
 * One room that was opened in this page: what is loaded of it, what arrives, what is on its way, and where its reader is.
 * It stays while others are open.
 *
 *     line ──▶ receive, ready, reset ──▶ inbox ──▶ history ◀── loader ◀── api
 *                                                    │           ▲
 *                                      reader ◀──▶ view ──▶ edges┘
 */
export class Conversation {
  #room; // the OpenRoom
  #summary; // what the hub says of it
  #me;
  #outbox;
  #announcer;
  #history = new History();
  #inbox = new Inbox((messages) => this.#take(messages));
  #loader;
  #doings;
  #unread;
  #edges;
  #view;
  #reader;
  #waiting = false;
  #live = true;
  #missed = []; // what others have said, and came in this replay
  #since; // what came before, it was begun with
  #closed = false;

  /** room: the OpenRoom; outbox: the PageOutbox. announcer: for those who listen. */
  constructor({ room, summary, me, dates, api, outbox, announcer, onSignedOut, onNewest }) {
    this.#room = room;
    this.#since = room.at;
    this.#summary = summary;
    this.#me = me;
    this.#outbox = outbox;
    this.#announcer = announcer;
    this.#unread = new UnreadMark({ room, me });
    this.#loader = new Loader({ room, api, history: this.#history, apply: (...change) => this.#apply(...change), onSignedOut });
    this.#doings = new Doings({
      room: room.name,
      api,
      me,
      history: this.#history,
      change: () => this.#redraw(),
      say: (text) => announcer.say(text),
      onSignedOut,
    });
    const parts = { history: this.#history, loader: this.#loader, view: () => this.#view };
    this.#edges = new Edges({ ...parts, loaded: () => this.#reader.settle() });
    this.#reader = new Reader({ ...parts, room, unread: this.#unread, edges: this.#edges, summary: () => this.#summary, onNewest });
    this.#view = this.#show(dates);
    this.#expire();
    outbox.addEventListener("change", () => this.#showOutbox());
    outbox.addEventListener("sent", ({ detail: { entry, id } }) => this.#sent(entry, id));
  }

  get name() {
    return this.#room.name;
  }

  get room() {
    return this.#room;
  }

  get reader() {
    return this.#reader;
  }

  get element() {
    return this.#view.element;
  }

  /** What the reader does to its messages. */
  get doings() {
    return this.#doings;
  }

  get summary() {
    return this.#summary;
  }

  /** The first of what it shows. newer: there may be messages after these. */
  begin({ messages, more, newer = false }) {
    this.#history.join(messages);
    this.#history.hasOlder = more;
    this.#history.atNewest = !newer;
    this.#edges.signs.unknown = false;
    this.#unread.begin(this.#history, this.#summary.unread);
    this.#view.show();
  }

  /** It is shown now. */
  enter() {
    this.#view.here = true;
    this.#reader.enter();
  }

  /** Another is about to be shown. */
  leave() {
    this.#inbox.flush();
    const marked = this.#unread.from !== null;
    this.#reader.leave();
    this.#view.here = false;
    const gone = this.#reader.endsAtNewest ? this.#history.trimOldest(light) : [];
    if (marked || gone.length > 0) setTimeout(() => this.#reader.here || this.#view.show()); // when the other is painted
  }

  /** The room is not the reader's any more, or not needed: nothing of it is shown or loaded again. */
  close() {
    this.#closed = true;
    this.#doings.acts.flush();
    this.#reader.here = false;
    this.#view.element.remove();
    this.#loader.close();
    this.#outbox.close();
    this.#inbox.clear();
    this.#history.clear();
    this.#view.show();
  }

  /** What the hub says of the room. */
  know(summary) {
    const before = this.#summary;
    this.#summary = summary;
    if (this.#expire()) {
      this.#redraw();
      this.#reader.settle(); // where nothing is left, what follows is loaded
    } else if (["label", "kind", "archived", "floor"].some((what) => before[what] !== summary[what])) this.#view.show();
    this.#reader.showLead();
  }

  /** Messages as they stand now. In a replay many come at once, and are shown together. */
  receive(messages, { live }) {
    this.#live = live;
    for (const message of messages) {
      this.#room.advance(message.revision);
      if (!this.#closed && message.revision > this.#since) this.#inbox.push(message);
    }
    if (live) this.#inbox.live();
  }

  ready(id) {
    this.#inbox.flush();
    this.#missed = [];
    this.#room.advance(id);
    this.#doings.ready();
  }

  /** What came until now may not be what the server has. Whoever was at the end goes on where they had read to. */
  async reset(head) {
    this.#inbox.clear();
    this.#missed = [];
    this.#doings.reset();
    const { atEnd } = this.#reader;
    this.#room.reset(head);
    this.#history.floor = 0; // the hub will say
    this.#since = Math.min(this.#since, head);
    await this.#loader.reset(head, { goOn: () => (atEnd ? (this.#room.read ?? head) : null) });
    if (atEnd && !this.#closed) this.#reader.goOn();
  }

  /** replyTo: the id of the message that it answers. */
  send(body, replyTo) {
    this.#outbox.add(body, replyTo);
    this.#unread.clear();
    this.#reader.toNewest();
  }

  relabel() {
    this.#view.relabel();
  }

  #show(dates) {
    return new ConversationView({
      dates,
      username: this.#me,
      model: () => ({
        room: this.#summary,
        history: this.#history,
        doings: this.#doings,
        outbox: this.#outbox,
        unreadFrom: this.#unread.from,
        signs: this.#edges.signs,
      }),
      on: {
        scroll: () => this.#reader.scrolled(),
        older: () => this.#edges.older(),
        newest: () => this.#reader.lead(),
        retry: (clientId) => this.#outbox.retry(clientId),
        discard: (clientId) => this.#outbox.discard(clientId),
      },
    });
  }

  #take(messages) {
    const { here, endsAtNewest } = this.#reader;
    const news = this.#unread.news(messages, this.#history);
    if (!this.#live) this.#missed.push(...news);
    const floods = here && endsAtNewest && this.#missed.length > glance;
    this.#store(messages, endsAtNewest && !floods);
    if (here && (document.hidden || !endsAtNewest)) this.#unread.miss(news);
    if (floods) this.#reader.goOn();
    else this.#showNow(here, endsAtNewest);
    if (here) this.#announcer.said(news);
  }

  /** follows: what is let go for it is at the beginning. */
  #store(messages, follows) {
    for (const message of messages) {
      this.#history.upsert(message);
      this.#doings.take(message);
      if (message.username === this.#me) this.#outbox.acknowledge(message.client_id);
    }
    if (follows) this.#history.trimOldest(this.#reader.here ? undefined : light);
    else this.#history.trimNewest();
  }

  #showNow(here, follows) {
    if (!here || follows) this.#view.show();
    else this.#view.scroller.hold(() => this.#view.show());
    if (here && follows) this.#view.scroller.toBottom();
    if (here) this.#reader.settle();
  }

  /** What has expired goes. Returns whether anything has. */
  #expire() {
    const { floor = 0 } = this.#summary;
    this.#doings.expire(floor);
    return this.#history.expire(floor);
  }

  #redraw() {
    if (this.#closed) return;
    if (!this.#reader.here || this.#reader.atEnd) this.#view.show();
    else this.#view.scroller.hold(() => this.#view.show());
  }

  #apply(change, { stays = true } = {}) {
    const all = () => {
      change();
      this.#edges.signs.unknown = false;
      this.#view.show();
    };
    if (stays) this.#view.scroller.hold(all);
    else all();
    if (!stays) this.#view.scroller.toBottom();
  }

  /** Whether what is written goes out is seen below it, and told once. */
  #showOutbox() {
    this.#view.show();
    const { entries, waiting } = this.#outbox;
    const waits = waiting && entries.some(({ state }) => state !== "failed");
    if (waits && !this.#waiting && this.#reader.here) this.#announcer.say("Waiting to be sent");
    this.#waiting = waits;
  }

  /** Stored. The stream may be late or away, so it is shown now; what the stream brings replaces it. */
  #sent({ clientId, body, replyTo }, id) {
    if (this.#history.get(id)) return;
    const created = new Date().toISOString();
    this.#take([{ id, revision: id, room: this.name, username: this.#me, body, created_at: created, client_id: clientId, ...(replyTo && { reply_to: replyTo }) }]);
  }
}
