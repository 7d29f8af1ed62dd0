/** Whether a text has *bold* as Slack writes it, which is italic here. */
export function isStarred(text) {
  return /(^|[\s(])\*(?![\s*])[^*\n`]*[^\s*`]\*(?=$|[\s).,:;!?])/m.test(text);
}
