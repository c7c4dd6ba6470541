/** A user's mark: the first letter of the name, in a colour that stays the user's. */

import { html } from "htm/preact";

const TINTS = 8;

/**
 * Return the number of a name's colour.
 *
 * @param {string} name
 * @returns {number}
 */
export function tintOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % TINTS;
}

/** @param {{name: string, isOnline?: boolean}} props */
export function Avatar({ name, isOnline = false }) {
  const letter = [...name][0]?.toLocaleUpperCase() ?? "";
  const tint = `avatar tint${tintOf(name)} ${isOnline ? "online" : ""}`;
  return html`<span class=${tint} aria-hidden="true">${letter}</span>`;
}
