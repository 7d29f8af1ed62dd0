// Begins the script of this page. If one of its parts could not be fetched (another network, a gateway that restarts)
// the page would stay without a script: load it again, a few times, and not while the reader has something written.

const key = "parley:starts";
const most = 5;
const pause = 2000;

export {}; // a module

try {
  await import("./app.js");
  sessionStorage.removeItem(key);
} catch (error) {
  if (!(error instanceof TypeError)) throw error; // it was fetched, and failed
  again();
}

function again() {
  const starts = Number(sessionStorage.getItem(key));
  if (starts >= most) {
    sessionStorage.removeItem(key); // enough by itself; the reader may still
    return;
  }
  if (document.querySelector("textarea")?.value) {
    setTimeout(again, pause);
    return;
  }
  sessionStorage.setItem(key, String(starts + 1));
  setTimeout(() => location.reload(), pause);
}
