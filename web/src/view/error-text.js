/** What went wrong, in the reader's language: from the code of an error and its details. */

import { en } from "../text/en.js";
import { t } from "../text/index.js";
import { sizeText } from "../text/sizes.js";
import { moment } from "../text/times.js";

/** @typedef {{code: string, message?: string, details?: Readonly<Record<string, unknown>> | null}} Failure */
/** @typedef {Readonly<Record<string, string>>} Special what some codes mean at a place, in the reader's words */

/**
 * Return what to tell somebody of an error.
 *
 * @param {unknown} error a Refusal, or what is kept of one
 * @param {Special} [special]
 * @returns {string}
 */
export function errorText(error, special = {}) {
  const { code = "internal", details } = /** @type {Partial<Failure>} */ (error ?? {});
  const { reset_at: resetAt, until, limit } = details ?? {};
  if (special[code] !== undefined) return special[code];
  if (code === "rate_limited" && typeof resetAt === "number") {
    return t("error.limitedUntil", { time: moment(resetAt, Date.now()) });
  }
  if (code === "banned" && typeof until === "number") {
    return t("error.bannedUntil", { time: moment(until, Date.now()) });
  }
  if (code === "too_large" && typeof limit === "number") {
    return t("error.largerThan", { size: sizeText(limit) });
  }
  const key = `error.${code}`;
  return t(key in en ? /** @type {keyof typeof en} */ (key) : "error.internal");
}
