import { forgetEverybody } from "../model/forget.js";

// Nobody is signed in where this page is shown: what was kept of anybody goes, however they were signed out.
await forgetEverybody();
document.documentElement.dataset.ready = "";
