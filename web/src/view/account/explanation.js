/** What the server says of the last refusal. */

import { html } from "htm/preact";

import { moment } from "../../text/times.js";
import { t } from "./texts.js";

/**
 * @typedef {object} Explained
 * @property {string} method
 * @property {number} ts
 * @property {string} code
 * @property {string} message
 * @property {string} rule
 * @property {string | null} setting
 * @property {string | null} value
 * @property {number | null} until
 */

/** @param {{of: Explained}} props */
export function Explanation({ of: { method, ts, message, rule, setting, value, until } }) {
  return html`<dl class="why">
    <dt>${t("why.what")}</dt><dd><code>${method}</code>, ${moment(ts, Date.now())}</dd>
    <dt>${t("why.rule")}</dt><dd lang="en" dir="auto">${message}. ${rule}</dd>
    ${setting && html`<dt>${t("why.setting")}</dt><dd><code>${setting} = ${value}</code></dd>`}
    ${until !== null && html`<dt>${t("why.until")}</dt><dd>${moment(until, Date.now())}</dd>`}
  </dl>`;
}

/**
 * Return the last refusal, null if there was none. Throws Refusal.
 *
 * @param {import("../context.js").App} app
 * @returns {Promise<Explained | null>}
 */
export async function explanation(app) {
  try {
    return await app.call("why");
  } catch (error) {
    const { code } = /** @type {import("../error-text.js").Failure} */ (error);
    if (code === "not_found") return null;
    throw error;
  }
}
