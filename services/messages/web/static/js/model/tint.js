const tints = 8;

/** The colour of a user's avatar, as tint in funcs.go: the high byte of the FNV-1a sum of the name. */
export function tint(username) {
  let sum = 0x811c9dc5;
  for (let i = 0; i < username.length; i++) {
    sum = Math.imul(sum ^ username.charCodeAt(i), 0x01000193) >>> 0;
  }
  return (sum >>> 24) % tints;
}
