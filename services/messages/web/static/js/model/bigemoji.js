const most = 3;
const longest = 120; // code units: three families with tones, and white space

/** @type {{emoji?: RegExp, segmenter?: Intl.Segmenter}} */
const { emoji, segmenter } = able();

/** Whether a body is nothing but one to three emoji, which are shown big. As in bigemoji.go: test/bigemoji.json. */
export function isBigEmoji(body) {
  if (!emoji || !segmenter || body.length > longest) return false;
  const all = [...segmenter.segment(body.replace(/\s+/g, ""))];
  return all.length > 0 && all.length <= most && all.every(({ segment }) => isEmoji(emoji, segment));
}

/** With or without U+FE0F: programs disagree about where to put it. */
function isEmoji(/** @type {RegExp} */ pattern, segment) {
  return [segment, `${segment}\ufe0f`, segment.replace(/\ufe0f$/, "")].some((form) => pattern.test(form));
}

/** An old browser knows no emoji by their names: it shows them as text. */
function able() {
  const pattern = "^\\p{RGI_Emoji}$"; // as a literal it would end the whole script there
  try {
    return { emoji: new RegExp(pattern, "v"), segmenter: new Intl.Segmenter("en") };
  } catch {
    return {};
  }
}
