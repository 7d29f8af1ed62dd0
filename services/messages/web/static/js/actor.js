import { Favourites } from "./model/favourites.js";
import { rights } from "./model/rights.js";
import { Bar } from "./view/act/bar.js";
import { EmojiPicker } from "./view/act/emojipicker.js";
import { ActMenu } from "./view/act/menu.js";
import { boxAt, boxOf } from "./view/act/place.js";

/**
 * What acts on the messages of the room that is open: the bar, the menu, the picker. See acting.js, which fetches it.
 *
 *     point ──▶ bar ──▶ click ──┐
 *     menuAt ──▶ menu ──────────┼──▶ act(name, article) ──▶ doings
 *     keys ─────────────────────┘         └──▶ picker, editor, reply
 */
export class Actor {
  /** @type {import("./roomstage.js").RoomStage} */
  #stage;
  #me;
  #favourites;
  #reply;
  #focus;
  #announcer;
  #bar = new Bar();
  #menu = new ActMenu((name, emoji) => this.act(name, this.#article, emoji));
  #picker = new EmojiPicker(() => import("./picker.js"));
  #article = null; // that the menu or the picker is about

  /**
   * stage: the RoomStage; me(): {username, role}; reply(message) quotes one where one writes; focus() goes on there.
   *
   * @param {{stage: import("./roomstage.js").RoomStage, [more: string]: any}} parts
   */
  constructor({ stage, me, shelf, announcer, reply, focus }) {
    this.#stage = stage;
    this.#me = me;
    this.#favourites = new Favourites(shelf);
    this.#announcer = announcer;
    this.#reply = reply;
    this.#focus = focus;
  }

  /** The pointer or the focus is on something. */
  point(target) {
    const article = target.closest(".message[data-id]");
    if (article && article === this.#bar.article) return;
    const message = this.#message(article);
    if (message && !this.#menu.open && !article.querySelector(".editor")) this.#bar.show(article, this.#may(message), this.#favourites.list);
    else if (article && !message) this.#bar.hide();
  }

  /** The pointer has left the messages. */
  pointerLeft() {
    if (!this.#bar.holdsFocus) this.#bar.hide();
  }

  /** The focus has. */
  focusLeft() {
    if (!this.#bar.article?.matches(":hover")) this.#bar.hide();
  }

  /** A button of a message, of its bar, or in it. */
  click(button) {
    const article = button.closest(".message[data-id]");
    return article && this.act(button.dataset.act ?? "emoji", article, button.dataset.emoji, button);
  }

  /** A long press. */
  menuAt(target, x, y) {
    this.#openMenu(target.closest(".message[data-id]"), boxAt(x, y));
  }

  /** The message of an article, if something can be done with it. */
  #message(article) {
    const visit = this.#stage.current;
    const id = Number(article?.dataset.id);
    const message = id && visit?.doings.message(id);
    return message && !message.deleted ? message : null;
  }

  #may(message) {
    return rights(this.#me(), this.#stage.current.summary, message);
  }

  /** button: by which it was asked for. Rejects if what does it can't be fetched. */
  act(name, article, emoji, button = article) {
    const message = this.#message(article);
    const visit = this.#stage.current;
    if (!message) return undefined;
    this.#article = article;
    const may = this.#may(message);
    const { acts } = visit.doings;
    const does = {
      emoji: () => may.react && this.#react(message, emoji),
      react: () => may.react && this.#pick(message, article, button),
      reply: () => may.reply && this.#reply(message),
      edit: () => may.edit && visit.doings.edit(message.id, () => this.#back(article)),
      pin: () => may.pin && acts.pin(message.id, !message.pinned_at),
      remove: () => may.remove && this.#remove(visit, message.id),
      undo: () => this.#undo(acts, message.id, article),
      again: () => acts.problem(message.id)?.again(),
      dismiss: () => acts.dismiss(message.id),
      menu: () => this.#openMenu(article, boxOf(button === article ? article.querySelector(".message-row") : button)),
      unread: () => may.unread && this.#markUnread(visit, message.id),
      link: () => this.#copy(new URL(`/chat/${message.room}/${message.id}`, location.href).href, "The link was copied."),
      copy: () => this.#copy(message.body, "The text was copied."),
    };
    if (name !== "menu") this.#leaveBar(article);
    return does[name]?.();
  }

  #leaveBar(article) {
    if (this.#bar.holdsFocus) article.focus({ preventScroll: true });
    this.#bar.hide();
  }

  #react(message, emoji) {
    this.#favourites.use(emoji);
    this.#stage.current.doings.acts.toggle(message, emoji);
  }

  async #pick(message, article, button) {
    try {
      await this.#picker.show(boxOf(button.isConnected ? button : article.querySelector(".message-row")), (emoji) => this.#react(this.#message(article) ?? message, emoji), article);
    } catch {
      this.#announcer.notice("The emojis could not be loaded. Try again in a moment.");
    }
  }

  #openMenu(article, box) {
    const message = this.#message(article);
    if (!message || this.#stage.current.doings.acts.leaving(message.id) || article.querySelector(".editor")) return;
    this.#article = article;
    const { list } = this.#favourites;
    this.#menu.show({ may: this.#may(message), pinned: Boolean(message.pinned_at), favourites: list, box, back: article });
  }

  /** The focus goes to what undoes it, if it was on the message. */
  #remove(visit, id) {
    visit.doings.acts.remove(id);
    visit.element.querySelector(`[data-id="${id}"] [data-act=undo]`)?.focus({ preventScroll: true });
  }

  #markUnread(visit, id) {
    visit.reader.markUnread(id);
    this.#announcer.say("Marked unread from this message on.");
  }

  #undo(acts, id, article) {
    acts.undo(id);
    article.focus({ preventScroll: true });
  }

  /** Back to the message whose editor was closed; where its keyboard is no more wanted, to the composer. */
  #back(article) {
    if (article.isConnected) article.focus({ preventScroll: true });
    else this.#focus();
  }

  async #copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#announcer.notice(done);
    } catch {
      this.#announcer.notice("It could not be copied: this browser does not allow it here.");
    }
  }
}
