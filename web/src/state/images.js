/** The images of a room, one after the other, however much stands between them. */

import { isImage } from "./files.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {"before" | "after"} Direction */
/** @typedef {(method: string, params: Record<string, unknown>) => Promise<any>} Read */

/** As many entries as a page may have. */
const PAGE = 200;
/** Nobody waits for more pages than these. */
const PAGES_MAX = 50;

/**
 * Return the image before or after an entry, null if there is none near. Throws Refusal.
 *
 * @param {Read} read
 * @param {{room: string, seq: number}} from
 * @param {Direction} direction
 * @param {{aborted: boolean}} stop
 * @returns {Promise<Entry | null>}
 */
export async function nextImage(read, { room, seq }, direction, stop) {
  let at = /** @type {number | null} */ (seq);
  for (let pages = 0; at !== null && pages < PAGES_MAX && !stop.aborted; pages += 1) {
    /** @type {{entries: Entry[], next: number | null}} */
    const { entries, next } = await read("history", { room, [direction]: at, limit: PAGE, revisions: false });
    const found = direction === "before" ? entries.findLast(isImage) : entries.find(isImage);
    if (found !== undefined) return found;
    at = next;
  }
  return null;
}
