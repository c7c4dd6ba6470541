/** Make a private room. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { t } from "../text/create-words.js";
import { t as common } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { Failure } from "./failure.js";
import { useAction } from "./use-action.js";

/** @param {{onClose: () => void}} props */
export function CreateRoom({ onClose }) {
  const { app, place } = useSurroundings();
  const [title, setTitle] = useState("");
  const { failure, run } = useAction({ bad_request: t("badTitle"), conflict: t("taken") });
  /** @param {Event} event */
  const create = (event) => {
    event.preventDefault();
    run(async () => {
      const { room } = await app.call("create", { title });
      onClose();
      place.go(room);
    });
  };
  return html`<${DialogBox} title=${common("rooms.create")} kind="create" onClose=${onClose}>
    <form onSubmit=${create}>
      <label for="create-title">${t("name")}</label>
      <input id="create-title" autofocus required value=${title} autocomplete="off" dir="auto"
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setTitle(event.currentTarget.value)} />
      <p class="hint">${t("hint")}</p>
      <${Failure} of=${failure} />
      <div class="choices"><button class="primary" disabled=${title === ""}>${t("make")}</button></div>
    </form>
  </${DialogBox}>`;
}
