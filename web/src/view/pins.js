/** What is pinned in a room, beside it. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { moment } from "../text/times.js";
import { t } from "../text/index.js";
import { Aside } from "./aside.js";
import { CodeBlock } from "./code-block.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { markup } from "./markup.js";
import { addressOf } from "./place.js";

/** @typedef {import("./context.js").Entry} Entry */

/** @param {{room: string}} props */
export function PinsBeside({ room }) {
  const { app } = useSurroundings();
  const [pins, setPins] = useState(/** @type {readonly Entry[] | null} */ (null));
  const [failure, setFailure] = useState("");
  useEffect(() => {
    app.call("pins", { room }).then(
      ({ entries }) => setPins(entries),
      (error) => setFailure(errorText(error)),
    );
  }, [room]);
  return html`<${Aside} title=${t("pins.title")}>
    ${failure && html`<p class="failure" role="alert">${failure}</p>`}
    ${pins?.length === 0 && html`<p class="hint" role="status">${t("pins.none")}</p>`}
    <ul class="pins">
      ${pins?.map(
        (entry) => html`<li key=${entry.seq}>
          <a href=${addressOf(room, entry.seq)}>
            <bdi class="author">${app.people.shown(entry.author ?? "")}</bdi> <small>${moment(entry.ts, Date.now())}</small>
            ${entry.name && html`<bdi>${entry.name}</bdi>`}
          </a>
          ${entry.text && html`<div class="text" dir="auto">${markup(entry.text, { origin: location.origin, CodeBlock })}</div>`}
        </li>`,
      )}
    </ul>
  </${Aside}>`;
}
