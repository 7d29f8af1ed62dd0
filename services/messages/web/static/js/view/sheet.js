/** Adds a style sheet to the page, if it has not got it. Rejects with a TypeError if it can't be fetched. */
export async function addSheet(address) {
  if ([...document.styleSheets].some(({ href }) => href === address.href)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address.href;
  await new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new TypeError(`no style sheet ${address.pathname}`));
    };
    document.head.append(link);
  });
}
