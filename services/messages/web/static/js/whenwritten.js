const signs = ["keydown", "input", "pointerover", "pointerdown"];

/**
 * Does something once, when somebody is about to write: a key or a pointer comes to one of the elements. What fails is tried
 * again the next time. A button that was pressed before it is ready is pressed again.
 */
export function whenWritten(elements, act) {
  let begun = false;
  const ended = new AbortController();
  const begin = async ({ type, target }) => {
    if (begun) return;
    begun = true;
    try {
      await act();
      ended.abort();
      if (type === "pointerdown") target.closest("button[data-format]")?.click();
    } catch {
      begun = false; // no connection
    }
  };
  for (const element of elements) for (const type of signs) element.addEventListener(type, begin, { signal: ended.signal });
}
