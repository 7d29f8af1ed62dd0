import { Conversation } from "./conversation.js";
import { newClientId } from "./model/clientid.js";
import { OpenRoom } from "./model/openroom.js";
import { PageOutbox } from "./model/pageoutbox.js";
import { failedToOpen, waitingToOpen } from "./view/room/opening.js";
import { gone } from "./view/room/gone.js";

const patience = 200; // ms before it is said that a room is being opened

/**
 * Where one room at a time is shown. A room that was shown before is there at once; another as soon as what is in it is
 * known. Whoever goes on meanwhile is not brought back.
 */
export class RoomStage {
  #element;
  #chat;
  #visits;
  #arrival;
  #parts;
  #dates;
  #wanted = null; // the room that is to be shown
  #current = null; // the Conversation that is
  #instead; // what stands there while there is none; at first what the server wrote

  /** parts: {head, composer, replying, announcer, typing}. */
  constructor(element, { chat, visits, arrival, dates, parts }) {
    this.#element = element;
    this.#instead = element.querySelector(".conversation");
    this.#chat = chat;
    this.#visits = visits;
    this.#arrival = arrival;
    this.#dates = dates;
    this.#parts = parts;
  }

  /** @returns {Conversation | null} */
  get current() {
    return this.#current;
  }

  /** The page is left. */
  flush() {
    this.#visits.flush();
  }

  /** The name of the room that is shown, or is about to be. */
  get wanted() {
    return this.#wanted;
  }

  /** The room that the page was written with; returns what a hub can take of it. */
  begin({ room, messages, head, more, newer, people }) {
    const summary = this.#chat.summary(room);
    const visit = this.#make(summary, head);
    visit.begin({ messages, more, newer });
    const from = newer ? null : more && messages.length > 0 ? messages[0].id - 1 : 0;
    this.#parts.head.people(room.name, people);
    this.#enter(visit, summary);
    return { from, messages };
  }

  /**
   * Shows a room; and in it a message, if one is named. again: what to do where it is shown already.
   *
   * @param {{room?: string, id?: number}} route
   * @param {(visit: Conversation) => void} again
   */
  async show({ room: name, id }, again = () => {}) {
    this.#wanted = name;
    const visit = this.#visits.get(name) ?? (await this.#arrive(name));
    if (!visit || this.#wanted !== name) return;
    if (visit !== this.#current) this.#enter(visit, this.#chat.summary({ name }));
    else if (!id) again(visit);
    if (!id) return;
    const found = await visit.reader.goTo(id);
    if (found === false) this.#parts.announcer.notice("That message is not here any more, or never was.");
    if (found === undefined) this.#parts.announcer.notice("That message could not be loaded just now.");
  }

  /** The hub says something of a room. */
  know(summary) {
    const visit = this.#visits.get(summary.name);
    const reopened = visit?.room.know(summary);
    visit?.know(summary);
    if (reopened) visit?.reader.reopened();
    if (!visit || visit !== this.#current) return;
    this.#parts.head.show(summary);
    this.#parts.composer.know(summary);
  }

  /** A room is not the reader's any more: nothing of it stays, what was being written can be copied. */
  lose(name) {
    const visit = this.#visits.get(name);
    this.#visits.drop(name);
    if (!visit || visit !== this.#current) return;
    this.#stand(gone());
  }

  /** Something in the place of a conversation. */
  #stand(element) {
    this.#clear();
    this.#instead = element;
    this.#element.append(element);
    this.#parts.composer.freeze();
  }

  /** Something else is shown than a room, and this one is left as it is. */
  away() {
    this.#clear();
    this.#wanted = null;
  }

  #clear() {
    this.#parts.typing.show(null);
    this.#current?.leave();
    this.#current = null;
    this.#instead?.remove();
    this.#instead = null;
  }

  async #arrive(name) {
    const summary = this.#chat.summary({ name });
    const timer = setTimeout(() => this.#wanted === name && this.#stand(waitingToOpen()), patience);
    try {
      const { at, ...found } = await this.#arrival.of(summary);
      const visit = this.#visits.get(name) ?? this.#make(summary, at);
      visit.begin(found);
      const seed = found.from === undefined ? {} : { from: found.from, messages: found.messages };
      this.#chat.line.post({ type: "follow", room: name, at, ...seed });
      this.#visits.touch(visit);
      return visit;
    } catch (error) {
      if (this.#wanted === name) this.#fail(name, error);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(name, error) {
    if (error.signedOut) this.#chat.line.post({ type: "ended" });
    this.#stand(failedToOpen(error, () => this.show({ room: name })));
  }

  #make(summary, at) {
    const { line, api, shelf, username } = this.#chat;
    const room = new OpenRoom({ name: summary.name, at, read: summary.read ?? null, marked: summary.marked ?? null, line });
    return new Conversation({
      room,
      summary,
      me: username,
      dates: this.#dates,
      api,
      outbox: new PageOutbox({ room: summary.name, shelf, line, newId: newClientId }),
      announcer: this.#parts.announcer,
      onSignedOut: () => line.post({ type: "ended" }),
      onNewest: () => forgetMessage(summary.name),
    });
  }

  #enter(visit, summary) {
    this.#wanted = visit.name;
    this.#clear();
    this.#current = visit;
    if (!visit.element.isConnected) this.#element.append(visit.element);
    this.#visits.touch(visit);
    this.#parts.head.show(summary);
    this.#parts.composer.show(summary);
    this.#parts.replying.show(summary);
    this.#parts.typing.show(summary.name);
    this.#chat.opened(summary);
    visit.enter();
  }
}

/** The address names the room again, and not a message that one has left. */
function forgetMessage(name) {
  if (location.pathname.startsWith(`/chat/${name}/`) || location.hash) history.replaceState(history.state, "", `/chat/${name}`);
}
