import { lazily } from "./model/lazily.js";
import { addSheet } from "./view/sheet.js";

const sheet = new URL("../css/later.css", import.meta.url);

/** What is fetched when it is first needed: later.js, with its style sheet. Rejects if it can't be; the next who asks tries again. */
export const later = lazily(async () => {
  const [module] = await Promise.all([import("./later.js"), addSheet(sheet)]);
  return module;
});
