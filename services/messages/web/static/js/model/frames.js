/**
 * Takes the text of an event stream apart, in whatever pieces it comes: WHATWG HTML, 9.2.6 "Interpreting an event stream".
 * Ids and retry times are passed over: positions are in the data, and how long to wait is for Backoff to say.
 */
export class Frames {
  #rest = "";
  #type = "";
  #data = [];

  /** The events that are complete now: {type, data}. */
  push(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  #line(line) {
    if (line === "") return this.#done();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    if (field === "data") this.#data.push(value);
    return [];
  }

  #done() {
    const event = { type: this.#type || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return empty ? [] : [event];
  }
}
