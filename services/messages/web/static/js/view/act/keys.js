const keys = { e: "edit", u: "unread", r: "reply", "+": "react", p: "pin", Delete: "remove", Backspace: "remove", Enter: "menu", ContextMenu: "menu" };

/**
 * The messages by keyboard: the arrows, Home and End go from one to another, and the keys above act on the one that has the
 * focus. Letters act only where it came by keyboard: who has clicked into a message and types means the composer.
 */
export class MessageKeys {
  #on;
  #pointed = false; // the focus came by a pointer, since when no key has moved it

  /** on: {act(name, article); last(), which loads the newest; leave(), to the composer}. */
  constructor(stage, on) {
    this.#on = on;
    stage.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", () => this.#point(true), { capture: true });
    document.addEventListener("keydown", ({ key }) => key === "Tab" && this.#point(false), { capture: true });
  }

  #point(pointed) {
    this.#pointed = pointed;
  }

  #key(event) {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey, isComposing, defaultPrevented } = event;
    if (ctrlKey || metaKey || altKey || isComposing || defaultPrevented) return;
    if (!target.matches(".message[data-id], #scroller") && key !== "Escape") return;
    if (this.#move(target, key, shiftKey)) this.#point(false);
    else if (!this.#act(target, key)) return;
    event.preventDefault();
  }

  #move(target, key, shift) {
    if (shift) return false;
    if (key === "Home" || key === "End") {
      this.#end(key);
      return true;
    }
    if (key !== "ArrowUp" && key !== "ArrowDown") return false;
    const next = target.id === "scroller" ? lastInView(target) : step(target, key);
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
    return true;
  }

  async #end(key) {
    if (key === "End") await this.#on.last();
    const messages = document.querySelectorAll("#log .message");
    const message = /** @type {HTMLElement | undefined} */ (key === "End" ? messages[messages.length - 1] : messages[0]);
    message?.focus({ preventScroll: true });
    message?.scrollIntoView({ block: key === "End" ? "end" : "start" });
  }

  #act(target, key) {
    if (key === "Escape") return this.#leave(target);
    const name = keys[key];
    if (!name || this.#pointed || !target.matches(".message")) return false;
    this.#on.act(name, target);
    return true;
  }

  /** From a message's buttons to the message, and from there to the composer. */
  #leave(target) {
    const message = target.closest(".message[data-id]");
    if (!message) return false;
    if (target !== message) message.focus({ preventScroll: true });
    else this.#on.leave();
    return true;
  }
}

function step(message, key) {
  return key === "ArrowUp" ? message.previousElementSibling : message.nextElementSibling;
}

/** The last message that can be seen at least in part. */
function lastInView(scroller) {
  const { bottom } = scroller.getBoundingClientRect();
  return [...scroller.querySelectorAll("#log .message")].findLast((message) => message.getBoundingClientRect().top < bottom);
}
