/** Asks before a form with data-confirm is sent. */
export class Confirm {
  #dialog;
  #form = null;

  constructor(dialog) {
    this.#dialog = dialog;
    document.addEventListener("submit", (event) => this.#ask(event));
    dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
    dialog.querySelector("[value=confirm]").addEventListener("click", () => this.#form.submit());
  }

  #ask(event) {
    const { confirm, confirmTitle, confirmButton } = event.target.dataset;
    if (!confirm || event.defaultPrevented) return;
    event.preventDefault();
    this.#form = event.target;
    this.#dialog.querySelector("h2").textContent = confirmTitle;
    this.#dialog.querySelector("p").textContent = confirm;
    this.#dialog.querySelector("[value=confirm]").textContent = confirmButton;
    this.#dialog.showModal();
    this.#dialog.querySelector("[value=cancel]").focus();
  }
}
