/** The files that are on their way to a room, with their progress. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Failure, failed } from "./failure.js";
import { Icon } from "./icons.js";

/** What may go well another time. */
const AGAIN = new Set(["offline", "overloaded", "rate_limited", "storage_full", "internal", "banned"]);

/** @param {{room: string}} props */
export function Uploads({ room }) {
  const { app } = useSurroundings();
  const items = app.uploads.items.value.filter((one) => one.room === room);
  if (items.length === 0) return null;
  return html`<ul class="uploads" aria-label=${t("file.uploads")}>
    ${items.map(
      (one) => html`<li key=${one.id}>
        <${Icon} name="file" /><bdi>${one.name}</bdi>
        ${one.state === "failed"
          ? html`<${Failure} of=${failed(one.error)} />
            ${AGAIN.has(/** @type {{code: string}} */ (one.error).code) && html`<button onClick=${() => app.uploads.retry(one.id)}>${t("log.retry")}</button>`}`
          : html`<progress max=${one.size} value=${one.sent} aria-label=${one.name}></progress>`}
        <button class="tool" aria-label=${t("common.cancel")} title=${t("common.cancel")}
          onClick=${() => app.uploads.cancel(one.id)}><${Icon} name="close" /></button>
      </li>`,
    )}
  </ul>`;
}
