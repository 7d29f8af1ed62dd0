/** Tells the hub what happens to a page: it is looked at again, the network goes and comes, it is put away and taken up. */
export function keepAwake(line) {
  addEventListener("online", () => line.post({ type: "wake", surely: true }));
  addEventListener("offline", () => line.post({ type: "offline" }));
  addEventListener("pagehide", () => line.close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    line.resume();
    line.post({ type: "wake", surely: true });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    line.post({ type: "wake", surely: false });
    line.ask();
  });
}

/** Tells an Activity what the reader does in this page. */
export function watchActivity(activity) {
  const acted = () => document.hidden || activity.acted();
  for (const type of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "focus"]) addEventListener(type, acted, { capture: true, passive: true });
  document.addEventListener("visibilitychange", acted);
  acted();
}
