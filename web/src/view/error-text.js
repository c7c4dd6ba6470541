/** What went wrong, in the reader's language: from the code of an error and its details. */

import { moment } from "../text/times.js";
import { sizeText } from "../text/sizes.js";
import { t } from "../text/index.js";

/** @typedef {{code: string, message?: string, details?: Readonly<Record<string, unknown>> | null}} Failure */
/** @typedef {import("../text/index.js").Key} Key */
/** @typedef {Readonly<Record<string, Key>>} Special */

/** @type {Special} */
const TEXTS = Object.freeze({
  auth_failed: "error.auth_failed",
  bad_frame: "error.bad_frame",
  bad_request: "error.bad_request",
  banned: "error.banned",
  conflict: "error.conflict",
  expired: "error.expired",
  forbidden: "error.forbidden",
  insecure: "error.insecure",
  internal: "error.internal",
  not_found: "error.not_found",
  offline: "error.offline",
  overloaded: "error.overloaded",
  rate_limited: "error.rate_limited",
  storage_full: "error.storage_full",
  too_large: "error.too_large",
  unauthenticated: "error.unauthenticated",
  unknown_method: "error.unknown_method",
  unsupported_version: "error.unsupported_version",
});

/**
 * Return what to tell somebody of an error.
 *
 * @param {unknown} error a Refusal, or what is kept of one
 * @param {Special} [special] what some codes mean at this place
 * @returns {string}
 */
export function errorText(error, special = {}) {
  const { code = "internal", details } = /** @type {Partial<Failure>} */ (error ?? {});
  const { reset_at: resetAt, until, limit } = details ?? {};
  if (special[code] !== undefined) return t(special[code]);
  if (code === "rate_limited" && typeof resetAt === "number") {
    return t("error.limitedUntil", { time: moment(resetAt, Date.now()) });
  }
  if (code === "banned" && typeof until === "number") {
    return t("error.bannedUntil", { time: moment(until, Date.now()) });
  }
  if (code === "too_large" && typeof limit === "number") {
    return t("error.largerThan", { size: sizeText(limit) });
  }
  return t(TEXTS[code] ?? "error.internal");
}
