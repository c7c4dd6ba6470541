/** What a join link opens: ask the owner of the room, and hear the answer. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { titleOf } from "../../names.js";
import { nodes as commonNodes, t as common } from "../../text/index.js";
import { useSurroundings } from "../context.js";
import { DialogBox } from "../dialog.js";
import { Failure } from "../failure.js";
import { useAction } from "../use-action.js";
import { nodes, t } from "./texts.js";

/** @param {{link: string}} props */
export function JoinByLink({ link }) {
  const { app, place } = useSurroundings();
  const { failure, run } = useAction({ bad_request: t("link.invalid"), not_found: t("link.invalid"), conflict: t("link.full") });
  const [request, setRequest] = useState(0);
  const note = app.notes.value.find(({ entry }) => request > 0 && entry?.request === request);
  const room = note?.entry?.group;

  const close = () => {
    if (note !== undefined) app.dismiss(note.id);
    place.dropLink();
  };
  /** @param {string} to */
  const enter = (to) => {
    close();
    place.go(to);
  };
  const ask = () =>
    run(async () => {
      const answer = await app.joining.ask(link);
      if (answer.room !== null) enter(answer.room);
      else setRequest(answer.request ?? 0);
    });

  if (request === 0) {
    return html`<${DialogBox} title=${t("link.title")} kind="by-link" onClose=${close}>
      <p>${nodes("link.ask", { name: html`<bdi>${app.session.me.value}</bdi>` })}</p>
      <${Failure} of=${failure} />
      <div class="choices">
        <button autofocus class="primary" onClick=${ask}>${t("link.send")}</button>
        <button onClick=${close}>${common("common.cancel")}</button>
      </div>
    </${DialogBox}>`;
  }
  const answer = room === undefined
    ? note === undefined
      ? t("link.waiting")
      : common("note.denied")
    : commonNodes("note.approved", { group: html`<bdi>${titleOf(room, "")}</bdi>` });
  return html`<${DialogBox} title=${t("link.title")} kind="by-link" onClose=${close}>
    <p role="status">${answer}</p>
    <div class="choices">
      <button ref=${focus} key=${room} class="primary" onClick=${() => (room === undefined ? close() : enter(room))}>
        ${room === undefined ? common("common.close") : common("note.open")}
      </button>
    </div>
  </${DialogBox}>`;
}

/** @param {HTMLElement | null} element */
function focus(element) {
  element?.focus();
}
