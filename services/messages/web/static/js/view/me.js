import { faces } from "../model/faces.js";
import { render } from "../vendor/lit-html/lit-html.js";
import { avatar } from "./face.js";

/** Who is signed in, at the foot of the side: the template "account". */
export function showMe(username) {
  const button = document.getElementById("me");
  const name = faces.name(username);
  for (const element of document.querySelectorAll("#me .sidebar-user-name, #person-menu .menu-head strong")) element.textContent = name;
  const place = document.createElement("span");
  render(avatar(username), place);
  button?.querySelector(".avatar")?.replaceWith(.../** @type {any} */ (place.children));
}
