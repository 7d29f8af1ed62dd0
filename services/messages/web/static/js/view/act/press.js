const time = 450; // ms
const still = 10; // px that a finger may move meanwhile

/** A long press on a message, by a finger; act(target, x, y). The browser's own menu does not open then, links excepted. */
export function onLongPress(element, act) {
  let timer = null;
  let from = null;
  let done = false;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
  };
  element.addEventListener("pointerdown", (event) => {
    stop();
    done = false;
    if (event.pointerType !== "touch" || !event.isPrimary || event.target.closest("a, button, textarea, input")) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      done = true;
      act(event.target, from.x, from.y);
    }, time);
  });
  element.addEventListener("pointermove", (event) => {
    if (timer && Math.hypot(event.clientX - from.x, event.clientY - from.y) > still) stop();
  });
  for (const type of ["pointerup", "pointercancel", "scroll"]) element.addEventListener(type, stop, { capture: true, passive: true });
  element.addEventListener("contextmenu", (event) => {
    if (timer || done) event.preventDefault();
  });
  // The finger that is lifted does not click what has opened under it, and does not close it.
  element.addEventListener("touchend", (event) => {
    if (done) event.preventDefault();
    done = false;
  });
}
