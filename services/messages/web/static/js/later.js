// What a page does not need to be read and to be answered: a file of its own, fetched when somebody is about to do more.
export { Actor } from "./actor.js";
export { FoundStage } from "./foundstage.js";
export { Jump } from "./view/go/jump.js";
export { KeyList } from "./view/go/keylist.js";
export { goToRegion } from "./view/go/regions.js";
export { Switcher } from "./view/go/switcher.js";
export { Editor } from "./view/message/editor.js";
export { Pins } from "./view/room/pins.js";
export { RoomDialog } from "./view/roomdialog.js";
export { helpWriting } from "./writing.js";
