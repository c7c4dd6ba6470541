/** A user's mark: the first letter of the name, in a colour that stays the user's. */

import { html } from "htm/preact";

const DEGREES = 360;

/**
 * Return the hue of a name, in degrees: names that are alike have quite other ones.
 *
 * Source: FNV-1a, by characters.
 *
 * @param {string} name
 * @returns {number}
 */
export function hueOf(name) {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % DEGREES;
}

/** @param {{name: string, isOnline?: boolean}} props */
export function Avatar({ name, isOnline = false }) {
  const letter = [...name][0]?.toLocaleUpperCase() ?? "";
  const look = { "--hue": String(hueOf(name)) };
  return html`<span class=${`avatar ${isOnline ? "online" : ""}`} style=${look} aria-hidden="true">${letter}</span>`;
}
