import { MessageKeys } from "./view/act/keys.js";
import { onLongPress } from "./view/act/press.js";

const buttons = "[data-act], .message [data-emoji]";

/**
 * Acting on the messages of the room that is open. What acts is fetched when somebody points at a message or comes to one by
 * keyboard; what they ask for meanwhile is done when it is there.
 *
 *     pointer, focus ──▶ point ──┐
 *     long press, click, keys ───┴──▶ Actor
 */
export class Acting {
  #fetch;
  #announcer;
  #actor = null;

  /**
   * fetch() resolves to the Actor; stage: the RoomStage; field: where one writes.
   *
   * @param {any} element
   * @param {{stage: import("./roomstage.js").RoomStage, [more: string]: any}} parts
   */
  constructor(element, { fetch, stage, announcer, field }) {
    this.#fetch = fetch;
    this.#announcer = announcer;
    new MessageKeys(element, {
      act: (name, article) => this.#do((actor) => actor.act(name, article)),
      last: () => stage.current?.reader.toNewest(),
      leave: () => field.focus(),
    });
    element.addEventListener("pointerover", ({ pointerType, target }) => pointerType !== "touch" && this.#point(target));
    element.addEventListener("pointerleave", () => this.#actor?.pointerLeft());
    element.addEventListener("focusin", ({ target }) => target.closest(".message:focus-visible, .bar, .message :focus-visible") && this.#point(target));
    element.addEventListener("focusout", ({ relatedTarget }) => element.contains(relatedTarget) || this.#actor?.focusLeft());
    element.addEventListener("click", ({ target }) => {
      const button = target.closest(buttons);
      if (button) this.#do((actor) => actor.click(button));
    });
    onLongPress(element, (target, x, y) => this.#do((actor) => actor.menuAt(target, x, y)));
    field.addEventListener("keydown", (event) => this.#typed(event, field, stage));
    addEventListener("pagehide", () => stage.flush());
  }

  /** If it is not pointed at any more when the Actor is there, nothing has happened. */
  async #point(target) {
    if (this.#actor) {
      this.#actor.point(target);
      return;
    }
    if (!target.closest(".message")) return;
    this.#actor ??= await this.#fetch().catch(() => null); // nobody has asked for anything
    if (target.matches(":hover, :focus")) this.#actor?.point(target);
  }

  /** ↑ where nothing is written yet: what was said last is changed. */
  #typed(event, field, stage) {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing, defaultPrevented } = event;
    if (key !== "ArrowUp" || ctrlKey || metaKey || altKey || shiftKey || isComposing || defaultPrevented || field.value) return;
    const doings = stage.current?.doings;
    const last = doings?.lastOwn;
    if (!last) return;
    event.preventDefault();
    this.#do(() => doings.edit(last.id, () => field.focus()));
  }

  /** At once if it can be. */
  async #do(act) {
    try {
      this.#actor ??= await this.#fetch();
    } catch {
      this.#announcer.notice("There is no connection just now.");
      return;
    }
    await act(this.#actor);
  }
}
