import { routeOf } from "../../model/route.js";

/** A link to a room or a message of this Parley stays in the page. */
export function leadInside(body) {
  for (const link of body.querySelectorAll("a[target]")) {
    if (link.origin === location.origin && routeOf(link)) link.removeAttribute("target");
  }
}
