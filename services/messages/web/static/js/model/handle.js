const longest = 100;

/** A room's handle that fits its title: "Book club, Café" is book-club-cafe. It may be empty. */
export function handleOf(title) {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .slice(0, longest)
    .replace(/^[-_]+|[-_]+$/g, "");
}
