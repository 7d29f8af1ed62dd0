/** Days have other names after midnight. */
export function everyDay(act) {
  let today = new Date().toDateString();
  setInterval(() => {
    const now = new Date().toDateString();
    if (now !== today) act();
    today = now;
  }, 30_000);
}
