const patience = 5000;

/** The form that signs out goes by way of the hub, which tells all pages and empties what is kept. */
export function signOutByHub(form, line) {
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const go = () => form.submit(); // without a hub, as without a script
    const timer = setTimeout(go, patience);
    line.addEventListener("staying", () => {
      clearTimeout(timer);
      go();
    }, { once: true });
    line.post({ type: "signout" });
  });
}
