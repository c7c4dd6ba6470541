/** The rows of a log: its entries, and the lines between them. */

import { dayOf } from "../text/times.js";

/** @typedef {import("./context.js").Entry} Entry */
/**
 * @typedef {{kind: "day", key: string, ts: number}
 *   | {kind: "unread", key: string}
 *   | {kind: "entry", key: string, entry: Entry, isContinued: boolean}} Row
 * isContinued: the one above is by the same author, who need not be named again
 */

/** Within this, what somebody adds belongs to what they wrote before. */
const CONTINUED_MS = 300_000;
const POSTS = new Set(["message", "comment", "file"]);

/**
 * Tell whether somebody wrote an entry, as opposed to one that tells of something.
 *
 * @param {Entry} entry
 */
export function isPost(entry) {
  return POSTS.has(entry.kind);
}

/**
 * Return the number of the first unread entry, 0 if there is none.
 *
 * @param {readonly Entry[]} entries
 * @param {{me: string, readSeq: number}} reader
 */
export function firstUnread(entries, { me, readSeq }) {
  const found = entries.find((one) => one.seq > readSeq && isPost(one) && one.author !== me);
  return found?.seq ?? 0;
}

/**
 * Return the rows of a window of a log.
 *
 * @param {readonly Entry[]} entries in the order of their numbers
 * @param {{me: string, readSeq: number}} reader
 * @returns {Row[]}
 */
export function rowsOf(entries, reader) {
  const unread = firstUnread(entries, reader);
  /** @type {Row[]} */
  const rows = [];
  /** @type {Entry | undefined} */
  let above;
  let day = -Infinity;
  for (const entry of entries) {
    const isNewDay = entry.kind !== "gap" && dayOf(entry.ts) !== day; // a gap has no time
    if (isNewDay) {
      day = dayOf(entry.ts);
      rows.push({ kind: "day", key: `d${day}`, ts: entry.ts });
    }
    const isUnread = entry.seq === unread;
    if (isUnread) rows.push({ kind: "unread", key: "unread" });
    const isContinued = !isNewDay && !isUnread && above !== undefined && continues(entry, above);
    rows.push({ kind: "entry", key: `e${entry.seq}`, entry, isContinued });
    above = entry;
  }
  return rows;
}

/**
 * @param {Entry} entry
 * @param {Entry} above
 */
function continues(entry, above) {
  return (
    entry.author === above.author &&
    isPost(above) &&
    (entry.kind === "message" || entry.kind === "file") &&
    entry.via === above.via &&
    !entry.pinned_by && // what says so stands beside the author
    entry.ts - above.ts < CONTINUED_MS
  );
}
