const pause = 200;

/**
 * Shows what is found while one types. The server answers with the whole page, as it does without script; the part whose
 * id the form names in data-search takes the place of the old one.
 */
export class LiveSearch {
  #form;
  #id;
  #timer = null;
  #abort = new AbortController();
  #status = document.createElement("p");

  constructor(form) {
    this.#form = form;
    this.#id = form.dataset.search;
    form.querySelector(".button:not([formaction])")?.setAttribute("data-spare", "");
    this.#status.className = "quiet";
    this.#status.setAttribute("role", "status");
    form.append(this.#status);
    form.addEventListener("input", ({ target }) => {
      if (target.type === "checkbox") form.elements.q.value = ""; // found: on to the next
      this.#soon(target.type === "checkbox" ? 0 : pause);
    });
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formMethod === "post") return; // not the search: what the form is for
      event.preventDefault();
      this.#soon(0);
    });
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  async #look() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const address = `${this.#form.getAttribute("action")}?${new URLSearchParams([...new FormData(this.#form)].map(([name, value]) => [name, String(value)]))}`;
    const part = document.getElementById(this.#id);
    part.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
      if (answer.redirected || !answer.ok) throw new Error(answer.statusText);
      this.#show(part, await answer.text());
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address); // let the browser say what is wrong
    } finally {
      if (!signal.aborted) part.removeAttribute("aria-busy");
    }
  }

  #show(part, page) {
    const focused = part.contains(document.activeElement) && /** @type {HTMLInputElement} */ (document.activeElement).value;
    const found = new DOMParser().parseFromString(page, "text/html").getElementById(this.#id);
    part.replaceChildren(...found.childNodes);
    const number = part.querySelectorAll(".item").length;
    this.#status.textContent = number === 1 ? "1 found" : `${number || "None"} found`;
    if (focused) (part.querySelector(`[value="${CSS.escape(focused)}"]`) ?? this.#form.elements.q).focus();
  }
}
