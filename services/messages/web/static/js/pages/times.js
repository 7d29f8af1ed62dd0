/** Says on hover when exactly something was, by the reader's own clock. */
export function showTimes(root) {
  const format = new Intl.DateTimeFormat(navigator.languages, { dateStyle: "long", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) time.title = format.format(new Date(time.dateTime));
}
