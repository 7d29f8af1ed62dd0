/**
 * A port is one end of a line between a page and the hub: post(message) sends, and what comes is given to receive.
 *
 * @typedef {{post(message: any): void, receive(message: any): void, close?(): void}} Port
 */

/** Both ends of a line within one script. */
export function pair() {
  const one = end(() => two);
  const two = end(() => one);
  return [one, two];
}

function end(other) {
  const port = {
    receive: (_message) => {},
    post: (message) => queueMicrotask(() => other().receive(structuredClone(message))),
  };
  return port;
}

/** A browser's MessagePort. */
export function portOf(messagePort) {
  const port = { receive: (_message) => {}, post: (message) => messagePort.postMessage(message), close: () => messagePort.close() };
  messagePort.onmessage = ({ data }) => port.receive(data);
  messagePort.onclose = () => port.receive({ type: "bye" }); // not in every browser; pages say it themselves
  return port;
}
