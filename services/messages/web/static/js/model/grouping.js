const groupFor = 5 * 60 * 1000;

/** Whether message belongs to the one before it: same author, same day, within five minutes. As in timeline.go. */
export function continues(before, message, same = sameDay) {
  if (!before || before.username !== message.username) return false;
  const apart = Date.parse(message.created_at) - Date.parse(before.created_at);
  return apart < groupFor && !startsDay(before, message, same);
}

/** Whether a new day begins with message, by the reader's clock. */
export function startsDay(before, message, same = sameDay) {
  return !before || !same(new Date(before.created_at), new Date(message.created_at));
}

export function sameDay(a, b) {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}
