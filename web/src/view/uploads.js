/** The files that are on their way to a room, with their progress. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Failure, failed } from "./failure.js";
import { Icon } from "./icons.js";

/** @param {{room: string}} props */
export function Uploads({ room }) {
  const { app } = useSurroundings();
  const items = app.uploads.items.value.filter((one) => one.room === room && one.state !== "done");
  if (items.length === 0) return null;
  return html`<ul class="uploads" aria-label=${t("file.uploads")}>
    ${items.map(
      (one) => html`<li key=${one.id}>
        <${Icon} name="file" /><bdi>${one.name}</bdi>
        ${one.state === "failed"
          ? html`<${Failure} of=${failed(one.error)} />`
          : html`<progress max=${one.size} value=${one.sent} aria-label=${one.name}></progress>`}
        <button class="tool" aria-label=${t("common.cancel")} title=${t("common.cancel")}
          onClick=${() => app.uploads.cancel(one.id)}><${Icon} name="close" /></button>
      </li>`,
    )}
  </ul>`;
}
