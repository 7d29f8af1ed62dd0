// What a page does not need to be read: a file of its own, fetched when somebody is about to write, or goes somewhere by it.
export { FoundStage } from "./foundstage.js";
export { KeyList } from "./view/go/keylist.js";
export { Jump } from "./view/go/jump.js";
export { Switcher } from "./view/go/switcher.js";
export { helpWriting } from "./writing.js";
