/**
 * A hub whose script is fetched when it is needed, which is seldom: most browsers run it in a worker. What pages say
 * meanwhile is kept for it.
 */
export function lateHub(load) {
  const loading = load();
  return {
    accept(port) {
      const said = [];
      port.receive = (message) => said.push(message);
      loading.then((hub) => {
        hub.accept(port);
        for (const message of said) port.receive(message);
      });
    },
    close: async () => (await loading).close(),
  };
}
