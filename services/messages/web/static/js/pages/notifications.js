const words = {
  on: ["On: this browser tells you.", "Turn off in this browser"],
  off: ["Off in this browser.", "Notify me in this browser"],
  blocked: ["Blocked: allow notifications of this site in the browser’s settings first.", ""],
};

/** The reader's choice for this browser, on the page of their account. */
export function offerNotifications(root, notifying) {
  const section = root.querySelector("[data-notifications]");
  if (!section || notifying.state === "none") return;
  const state = section.querySelector("[data-state]");
  const button = section.querySelector("button");
  const show = () => {
    const [text, label] = words[notifying.state];
    state.textContent = text;
    button.textContent = label;
    button.hidden = label === "";
  };
  button.addEventListener("click", async () => {
    await notifying.wish(notifying.state === "off");
    show();
  });
  show();
  section.hidden = false;
}
