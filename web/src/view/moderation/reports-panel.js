/** For administrators: the reports that nobody has dismissed. */

import { html } from "htm/preact";

import { titleOf } from "../../names.js";
import { allOf } from "../../state/pages.js";
import { moment } from "../../text/times.js";
import { Panel, Sure } from "../account/parts.js";
import { useSurroundings } from "../context.js";
import { addressOf } from "../place.js";
import { useAsked } from "../use-asked.js";
import { nodes, t } from "./texts.js";

/**
 * @typedef {object} Report
 * @property {number} report
 * @property {number} ts
 * @property {string} reporter
 * @property {string} user
 * @property {string} reason
 * @property {string} [in_room]
 * @property {number} [in_seq]
 * @property {string} [quote]
 */

/** @param {{onClose: () => void}} props */
export function ReportsPanel({ onClose }) {
  const { app } = useSurroundings();
  const { found, failure, act } = useAsked(() =>
    allOf(async (after) => {
      const { reports, next } = await app.call("reports", { after });
      return { items: /** @type {Report[]} */ (reports), next };
    }, 0),
  );
  return html`<${Panel} title=${t("reports.title")} failure=${failure}>
    ${found?.length === 0 && html`<p>${t("reports.none")}</p>`}
    <ul class="items reports">
      ${found?.map(
        (report) => html`<${Open} key=${report.report} report=${report} onClose=${onClose}
          onDismiss=${() => act(() => app.call("dismiss", { report: report.report }))} />`,
      )}
    </ul>
  </${Panel}>`;
}

/** @param {{report: Report, onClose: () => void, onDismiss: () => void}} props */
function Open({ report, onClose, onDismiss }) {
  const { app, about, dialog } = useSurroundings();
  const { reporter, user, reason, in_room: room = "", in_seq: seq = 0, quote = "" } = report;
  const decide = () => {
    about.value = { name: user, entry: room === "" ? null : { room, seq, text: quote } };
    dialog.value = "about";
  };
  const title = room === "general" ? t("general") : titleOf(room, app.session.me.value);
  const isInside = app.rooms.get(room) !== undefined;
  const who = html`<bdi>${user}</bdi>`;
  return html`<li>
    <p class="hint">${nodes("reports.who", { reporter: html`<bdi>${reporter}</bdi>`, user: who, time: moment(report.ts, Date.now()) })}</p>
    <p dir="auto">${reason}</p>
    ${quote && html`<blockquote dir="auto">${quote}</blockquote>`}
    <div class="choices">
      ${isInside && html`<a href=${addressOf(room, seq)} onClick=${onClose}>${nodes("reports.jump", { room: html`<bdi>${title}</bdi>` })}</a>`}
      <button onClick=${decide}>${nodes("reports.decide", { user: who })}</button>
      <${Sure} label=${t("reports.dismiss")} of=${t("reports.of", { reporter, user })} onSure=${onDismiss} />
    </div>
  </li>`;
}
