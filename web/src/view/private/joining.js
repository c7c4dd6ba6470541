/** What waits for an answer: invitations, requests to the reader, and requests of the reader's own. */

import { html } from "htm/preact";

import { titleOf } from "../../names.js";
import { nodes as commonNodes, t as common } from "../../text/index.js";
import { moment } from "../../text/times.js";
import { AboutButton } from "../about-button.js";
import { useSurroundings } from "../context.js";
import { DialogBox } from "../dialog.js";
import { Failure } from "../failure.js";
import { useAction } from "../use-action.js";
import { Requests } from "./requests.js";
import { useRest } from "./use-rest.js";
import { t } from "./texts.js";

/** @param {{onClose: () => void}} props */
export function Joining({ onClose }) {
  const { app, place } = useSurroundings();
  const { invitations, asked, requests } = app.joining;
  const { failure, run } = useAction({ conflict: t("private.tooMany"), not_found: t("private.invitationGone") });
  const part = useRest();
  const isEmpty = invitations.value.length + asked.value.length + requests.value.length === 0;
  /** @param {() => Promise<unknown>} answer */
  const settle = async (answer) => {
    const isDone = await run(answer);
    if (!isDone) app.joining.load();
    return isDone;
  };
  /** @param {string} room */
  const join = async (room) => {
    if (!(await settle(() => app.joining.accept(room)))) return;
    onClose();
    place.go(room);
  };
  return html`<${DialogBox} title=${t("joining.title")} kind="joining" onClose=${onClose}>
    <div ref=${part}>
      <p class="hint" tabindex="-1" data-rest role="status">${isEmpty ? t("joining.none") : t("joining.hint")}</p>
      <${Failure} of=${failure} />
      ${invitations.value.length > 0 && html`<h3>${t("joining.invitations")}</h3>`}
      <ul class="asks">
        ${invitations.value.map(({ room, by, ts }) => {
          const title = titleOf(room, "");
          return html`<li key=${room}>
            <p>${commonNodes("note.invited", { name: html`<bdi>${by}</bdi>`, group: html`<bdi>${title}</bdi>` })}
              <small>${moment(ts, Date.now())}</small></p>
            <${AboutButton} name=${by} />
            <button class="primary" aria-label=${t("joining.joinRoom", { room: title })}
              onClick=${() => join(room)}>${common("note.join")}</button>
            <button aria-label=${t("joining.declineRoom", { room: title })}
              onClick=${() => settle(() => app.joining.decline(room))}>${t("joining.decline")}</button>
          </li>`;
        })}
      </ul>
      ${requests.value.length > 0 && html`<h3>${t("private.requests")}</h3><${Requests} requests=${requests.value} />`}
      ${asked.value.length > 0 && html`<h3>${t("joining.asked")}</h3>`}
      <ul class="asks">
        ${asked.value.map(({ request, ts }) => {
          return html`<li key=${request}>
            <p>${t("joining.request", { n: request })}<small>${moment(ts, Date.now())}</small></p>
            <button aria-label=${t("joining.withdrawNumber", { n: request })}
              onClick=${() => settle(() => app.joining.withdraw(request))}>${t("joining.withdraw")}</button>
          </li>`;
        })}
      </ul>
    </div>
  </${DialogBox}>`;
}
