/**
 * Makes something once, when it is first asked for. What failed is tried again the next time.
 *
 * @template T
 * @param {() => Promise<T>} make
 * @returns {() => Promise<T>}
 */
export function lazily(make) {
  /** @type {Promise<T> | null} */
  let made = null;
  return () => {
    if (!made) {
      made = make();
      made.catch(() => {
        made = null;
      });
    }
    return made;
  };
}
