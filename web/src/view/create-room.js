/** Make a private room. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { Failure, failed } from "./failure.js";

const SPECIAL = Object.freeze({
  bad_request: /** @type {const} */ ("create.badTitle"),
  conflict: /** @type {const} */ ("create.taken"),
});

/** @param {{onClose: () => void}} props */
export function CreateRoom({ onClose }) {
  const { app, place } = useSurroundings();
  const [title, setTitle] = useState("");
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  /** @param {Event} event */
  const create = async (event) => {
    event.preventDefault();
    try {
      const { room } = await app.call("create", { title });
      onClose();
      place.go(room);
    } catch (error) {
      setFailure(failed(error, SPECIAL));
    }
  };
  return html`<${DialogBox} title=${t("rooms.create")} kind="create" onClose=${onClose}>
    <form onSubmit=${create}>
      <label for="create-title">${t("create.name")}</label>
      <input id="create-title" autofocus required value=${title} autocomplete="off" dir="auto"
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setTitle(event.currentTarget.value)} />
      <p class="hint">${t("create.hint")}</p>
      <${Failure} of=${failure} />
      <div class="choices"><button class="primary" disabled=${title === ""}>${t("create.make")}</button></div>
    </form>
  </${DialogBox}>`;
}
