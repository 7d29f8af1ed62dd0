const soon = globalThis.requestIdleCallback ?? ((/** @type {() => void} */ act) => setTimeout(act, 200));

/**
 * Does something once: when the page is live and has nothing else to do, or as soon as one of the elements is touched or
 * typed into. What fails is tried again the next time.
 */
export function whenIdle(line, elements, act) {
  let begun = false;
  const ended = new AbortController();
  const begin = async () => {
    if (begun) return;
    begun = true;
    try {
      await act();
      ended.abort();
    } catch {
      begun = false; // no connection
    }
  };
  const { signal } = ended;
  line.addEventListener("state", ({ detail: { state } }) => state === "live" && soon(begin), { signal });
  for (const element of elements) for (const type of ["input", "pointerdown"]) element.addEventListener(type, begin, { signal });
}
