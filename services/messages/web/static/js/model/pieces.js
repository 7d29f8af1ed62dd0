import { bidi } from "./bidi.js";
import { links } from "./links.js";

/** Cuts a body into what is shown: {text}, {text, href}, {mark}. Together they are the whole body, but for the marks. */
export function pieces(body) {
  return links(body).flatMap((piece) => (piece.href ? [piece] : bidi(piece.text)));
}
