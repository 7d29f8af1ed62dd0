/** The open room is not the reader's any more: nothing of it stays, what was being written can be copied, and there is a way on. */
export function showGone({ stage, composer }) {
  const notice = document.createElement("div");
  notice.className = "empty room-gone";
  notice.id = "room-gone";
  notice.setAttribute("role", "alert");
  const heading = document.createElement("h2");
  heading.textContent = "You’re not in this room any more";
  const words = document.createElement("p");
  words.textContent = "You left it or were removed, perhaps in another window.";
  const way = document.createElement("a");
  way.className = "button";
  way.href = "/chat";
  way.textContent = "Go to your rooms";
  notice.append(heading, words, way);
  stage.replaceChildren(notice);
  const text = composer.elements.body;
  text.readOnly = true;
  composer.querySelector("button").disabled = true;
  composer.hidden = text.value === "";
}
