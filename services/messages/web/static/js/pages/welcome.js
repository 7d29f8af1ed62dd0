import { offerCopying } from "./copy.js";
import { showTimes } from "./times.js";

offerCopying(document);
showTimes(document);
document.documentElement.dataset.ready = "";
