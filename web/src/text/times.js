/** Times as people of the reader's locale write them. All are ms UTC. */

import { signal } from "@preact/signals";

import { locale } from "./index.js";

/** The zone of all times shown; undefined: this machine's. */
export const timeZone = signal(/** @type {string | undefined} */ (undefined));

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const STYLES = {
  clock: { timeStyle: "short" },
  weekday: { weekday: "long", day: "numeric", month: "long" },
  date: { day: "numeric", month: "long", year: "numeric" },
  short: { day: "numeric", month: "short" },
  whole: { dateStyle: "full", timeStyle: "medium" },
  dayName: { weekday: "short" },
  numeric: { year: "numeric", month: "numeric", day: "numeric" },
};
const DAY_MS = 86_400_000;
/** Within a year, no year is shown, as long as the month leaves no doubt. */
const YEAR_DAYS = 300;
const WEEK_DAYS = 6;
/** No zone's midnight lies within a quarter of an hour: its times are of one day. */
const SLOT_MS = 900_000;
const SLOTS_MAX = 2_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();
/** @type {Map<string, number>} */
const days = new Map();

/**
 * Return the hour and the minute.
 *
 * @param {number} ms
 */
export function clock(ms) {
  return format("clock", ms);
}

/**
 * Return the day and the time, to the second.
 *
 * @param {number} ms
 */
export function whole(ms) {
  return format("whole", ms);
}

/**
 * Return the day: in words for this one, the last and the next, with the year for another one's.
 *
 * @param {number} ms
 * @param {number} now
 * @returns {string}
 */
export function day(ms, now) {
  const count = daysBetween(ms, now);
  if (Math.abs(count) <= 1) {
    const words = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto" }).format(-count, "day");
    return words.charAt(0).toLocaleUpperCase(locale.value) + words.slice(1);
  }
  return format(Math.abs(count) < YEAR_DAYS ? "weekday" : "date", ms);
}

/**
 * Return as little as tells the time of something recent, for a narrow place.
 *
 * @param {number} ms
 * @param {number} now
 * @returns {string}
 */
export function brief(ms, now) {
  const count = daysBetween(ms, now);
  if (count === 0) return clock(ms);
  if (count > 0 && count <= WEEK_DAYS) {
    return format("dayName", ms);
  }
  return format(Math.abs(count) < YEAR_DAYS ? "short" : "date", ms);
}

/**
 * Return the time, and the day if it is another one.
 *
 * @param {number} ms
 * @param {number} now
 * @returns {string}
 */
export function moment(ms, now) {
  return daysBetween(ms, now) === 0 ? clock(ms) : `${day(ms, now)}, ${clock(ms)}`;
}

/**
 * Return the day that a time is in, as the ms of its midnight if its zone were UTC.
 *
 * @param {number} ms
 * @returns {number}
 */
export function dayOf(ms) {
  const slot = `${Math.floor(ms / SLOT_MS)} ${timeZone.value ?? ""}`;
  let found = days.get(slot);
  if (found === undefined) {
    if (days.size >= SLOTS_MAX) days.clear();
    days.set(slot, (found = midnight(ms)));
  }
  return found;
}

/**
 * Return how many midnights lie between two times.
 *
 * @param {number} from
 * @param {number} to
 */
function daysBetween(from, to) {
  return Math.round((dayOf(to) - dayOf(from)) / DAY_MS);
}

/** @param {number} ms */
function midnight(ms) {
  const date = { year: 0, month: 0, day: 0 };
  for (const { type, value } of formatter("numeric", "en-u-ca-gregory").formatToParts(ms)) {
    if (type in date) date[/** @type {keyof typeof date} */ (type)] = Number(value);
  }
  return Date.UTC(date.year, date.month - 1, date.day);
}

/**
 * @param {keyof typeof STYLES} style
 * @param {number} ms
 * @returns {string}
 */
function format(style, ms) {
  return formatter(style, locale.value).format(ms);
}

/**
 * @param {keyof typeof STYLES} style
 * @param {string} locale
 * @returns {Intl.DateTimeFormat}
 */
function formatter(style, locale) {
  const key = `${style} ${locale} ${timeZone.value ?? ""}`;
  let found = formatters.get(key);
  if (found === undefined) {
    const zone = timeZone.value === undefined ? {} : { timeZone: timeZone.value };
    found = new Intl.DateTimeFormat(locale, { ...STYLES[style], ...zone });
    formatters.set(key, found);
  }
  return found;
}
