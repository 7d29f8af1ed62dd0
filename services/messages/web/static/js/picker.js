import Picker from "./vendor/emoji-picker-element/picker.js";

/*
 * The picker of emojis, and their data, are large: this module is fetched when it is first opened.
 */
const data = new URL("../emoji/en.json", import.meta.url).href;
const styles = ":host { inline-size: 100%; block-size: 100% } .favorites { display: none }";

/** An element that tells by "emoji-click" {unicode} what was chosen. */
export function makePicker() {
  return new Picker({ dataSource: data, locale: "en", styles });
}
