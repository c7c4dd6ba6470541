/** Who asks to be let into private rooms of the reader: each is let in or turned down. */

import { html } from "htm/preact";

import { titleOf } from "../../names.js";
import { moment } from "../../text/times.js";
import { AboutButton } from "../about-button.js";
import { useSurroundings } from "../context.js";
import { Failure } from "../failure.js";
import { useAction } from "../use-action.js";
import { nodes, t } from "./texts.js";

/** @typedef {import("../../state/joining.js").JoinRequest} JoinRequest */

/** @param {{requests: readonly JoinRequest[]}} props */
export function Requests({ requests }) {
  const { app } = useSurroundings();
  const { failure, run } = useAction({ conflict: t("private.full"), not_found: t("private.requestGone") });
  /** @param {() => Promise<unknown>} answer */
  const settle = (answer) => async () => {
    if (!(await run(answer))) app.joining.load();
  };
  return html`<${Failure} of=${failure} />
    <ul class="asks">
      ${requests.map((request) => {
        const { room, name, ts } = request;
        const group = html`<bdi>${titleOf(room, "")}</bdi>`;
        return html`<li key=${`${room} ${name}`}>
          <p>${nodes("private.asks", { name: html`<bdi>${name}</bdi>`, group })}<small>${moment(ts, Date.now())}</small></p>
          <${AboutButton} name=${name} />
          <button class="primary" aria-label=${t("private.approveName", { name })}
            onClick=${settle(() => app.joining.approve(request))}>${t("private.approve")}</button>
          <button aria-label=${t("private.denyName", { name })}
            onClick=${settle(() => app.joining.deny(request))}>${t("private.deny")}</button>
        </li>`;
      })}
    </ul>`;
}
