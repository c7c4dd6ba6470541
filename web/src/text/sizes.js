/** Sizes of files as people write them. */

import { locale } from "./index.js";

const UNITS = /** @type {const} */ (["byte", "kilobyte", "megabyte", "gigabyte"]);
const STEP = 1_024;

/**
 * Return a size in words: `1.4 MB`.
 *
 * @param {number} bytes
 * @returns {string}
 */
export function sizeText(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(STEP)));
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit: UNITS[power],
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / STEP ** power);
}
