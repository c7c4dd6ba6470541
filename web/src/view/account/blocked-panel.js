/** Whom the reader has blocked. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { foldName } from "../../names.js";
import { useSurroundings } from "../context.js";
import { useAction } from "../use-action.js";
import { Field, Panel, Sure } from "./parts.js";
import { t } from "./texts.js";

export function BlockedPanel() {
  const { app } = useSurroundings();
  const [name, setName] = useState("");
  const { failure, run } = useAction();
  const blocked = [...app.people.blocked.value];
  /** @param {Event} event */
  const block = async (event) => {
    event.preventDefault();
    if (await run(() => app.call("block", { user: foldName(name.trim()) }))) setName("");
  };
  return html`<${Panel} title=${t("blocked.title")} failure=${failure}>
    <p class="hint">${t("blocked.hint")}</p>
    <ul class="items">
      ${blocked.map(
        (user) => html`<li key=${user}>
          <bdi>${user}</bdi>
          <${Sure} label=${t("blocked.unblock")} of=${user} onSure=${() => run(() => app.call("unblock", { user }))} />
        </li>`,
      )}
    </ul>
    ${blocked.length === 0 && html`<p>${t("blocked.none")}</p>`}
    <form onSubmit=${block}>
      <${Field} label=${t("blocked.name")} value=${name} onValue=${setName} />
      <button disabled=${name.trim() === ""}>${t("blocked.block")}</button>
    </form>
  </${Panel}>`;
}
