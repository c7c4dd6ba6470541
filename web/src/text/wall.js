/** Wall time: what clocks show in the reader's zone, as `2026-05-31T09:00`, and what ms UTC that is. */

import { timeZone } from "./times.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const MORNING = "T09:00";

/**
 * Return what clocks show, to the minute.
 *
 * @param {number} ms
 * @returns {string} as the value of a `datetime-local` field
 */
export function wallOf(ms) {
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    ...(timeZone.value === undefined ? {} : { timeZone: timeZone.value }),
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${String(parts.year).padStart(4, "0")}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/**
 * Return when clocks show this. Where they are set forward over it, the result is at most an hour off;
 * where they show it twice, it is one of both.
 *
 * @param {string} wall
 * @returns {number} ms UTC; NaN if that is no time
 */
export function msOf(wall) {
  const inUtc = utcOf(wall);
  if (Number.isNaN(inUtc)) return NaN;
  const near = inUtc - aheadOfUtc(inUtc);
  return inUtc - aheadOfUtc(near);
}

/**
 * Return the times that people mean most: in an hour, tomorrow morning, and on Monday morning.
 *
 * @param {number} now
 * @returns {{name: "hour" | "tomorrow" | "monday", wall: string}[]}
 */
export function usualTimes(now) {
  const today = utcOf(`${wallOf(now).slice(0, 10)}T00:00`);
  /** @param {number} days */
  const morning = (days) => new Date(today + days * DAY_MS).toISOString().slice(0, 10) + MORNING;
  const toMonday = (8 - new Date(today).getUTCDay()) % 7 || 7;
  return [
    { name: "hour", wall: wallOf(Math.ceil((now + HOUR_MS) / MINUTE_MS) * MINUTE_MS) },
    { name: "tomorrow", wall: morning(1) },
    ...(toMonday === 1 ? [] : [{ name: /** @type {const} */ ("monday"), wall: morning(toMonday) }]),
  ];
}

/** @param {string} wall */
function utcOf(wall) {
  return Date.parse(`${wall}Z`);
}

/** @param {number} ms */
function aheadOfUtc(ms) {
  return utcOf(wallOf(ms)) - Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
