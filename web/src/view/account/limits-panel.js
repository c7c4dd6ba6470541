/** How much of everything there is left, what the server holds against one, and why it last refused. */

import { html } from "htm/preact";

import { sizeText } from "../../text/sizes.js";
import { moment } from "../../text/times.js";
import { useSurroundings } from "../context.js";
import { useAsked } from "../use-asked.js";
import { Explanation, explanation } from "./explanation.js";
import { Panel } from "./parts.js";
import { t } from "./texts.js";

/** @typedef {{limit: number, left: number, reset_at: number | null}} Allowance */
/** @typedef {{what: string, used: number, limit: number | null}} Quota */
/** @typedef {import("./texts.js").Own} Own */
/**
 * @typedef {object} Status
 * @property {Allowance} general
 * @property {Allowance} private
 * @property {number} warnings
 * @property {number} warnings_limit
 * @property {number | null} banned_until
 * @property {string} ban_reason
 * @property {Quota[]} quotas
 */
/** @type {Readonly<Record<string, Own>>} */
const NAMES = Object.freeze({
  file_bytes: "quota.file_bytes",
  uploads: "quota.uploads",
  scheduled: "quota.scheduled",
  nonces: "quota.nonces",
  private_rooms: "quota.private_rooms",
  invitations: "quota.invitations",
  requests_to_join: "quota.requests_to_join",
  conversations_begun: "quota.conversations_begun",
  blocked: "quota.blocked",
  reports_today: "quota.reports_today",
  hooks: "quota.hooks",
  reactions: "quota.reactions",
  devices: "quota.devices",
});

export function LimitsPanel() {
  const { app } = useSurroundings();
  const { found, failure } = useAsked(async () => {
    const status = /** @type {Status} */ (await app.call("status"));
    return { status, why: await explanation(app) };
  });
  if (found === undefined) return html`<${Panel} title=${t("limits.title")} failure=${failure} />`;
  const { status, why } = found;
  const rows = [
    messages(t("quota.general"), status.general),
    messages(t("quota.private"), status.private),
    ...status.quotas.map(({ what, used, limit }) => ({
      name: NAMES[what] === undefined ? what : t(NAMES[what]),
      used,
      limit,
      show: what === "file_bytes" ? sizeText : (/** @type {number} */ n) => t("limits.number", { n }),
      resetAt: null,
    })),
  ];
  return html`<${Panel} title=${t("limits.title")} failure=${failure}>
    ${status.banned_until !== null &&
    html`<p class="failure">${t("limits.banned", { time: moment(status.banned_until, Date.now()) })}
      ${" "}<bdi>${status.ban_reason}</bdi></p>`}
    ${status.warnings > 0 && html`<p>${t("limits.warnings", { n: status.warnings, limit: status.warnings_limit })}</p>`}
    <table>
      <thead><tr><th scope="col">${t("limits.what")}</th><th scope="col">${t("limits.used")}</th><th scope="col">${t("limits.limit")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<${Row} ...${row} />`)}</tbody>
    </table>
    <h4>${t("why.title")}</h4>
    ${why === null ? html`<p>${t("why.nothing")}</p>` : html`<${Explanation} of=${why} />`}
  </${Panel}>`;
}

/**
 * @param {object} props
 * @param {string} props.name
 * @param {number} props.used
 * @param {number | null} props.limit
 * @param {(n: number) => string} props.show
 * @param {number | null} props.resetAt
 */
function Row({ name, used, limit, show, resetAt }) {
  return html`<tr>
    <th scope="row">${name}${resetAt !== null && html`<small>${t("limits.resets", { time: moment(resetAt, Date.now()) })}</small>`}</th>
    <td>${show(used)}${limit !== null && html`<meter min="0" max=${limit} high=${limit * 0.9} value=${used} aria-hidden="true"></meter>`}</td>
    <td>${limit === null ? t("limits.none") : show(limit)}</td>
  </tr>`;
}

/**
 * @param {string} name
 * @param {Allowance} allowance
 */
function messages(name, { limit, left, reset_at: resetAt }) {
  const isBounded = limit > 0;
  return {
    name,
    used: isBounded ? limit - left : 0,
    limit: isBounded ? limit : null,
    show: (/** @type {number} */ n) => t("limits.number", { n }),
    resetAt: isBounded ? resetAt : null,
  };
}
