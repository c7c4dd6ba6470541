/** Whom the reader has blocked. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { foldName } from "../../names.js";
import { allOf } from "../../state/pages.js";
import { useSurroundings } from "../context.js";
import { useAsked } from "../use-asked.js";
import { Field, Panel, Sure } from "./parts.js";
import { t } from "./texts.js";

export function BlockedPanel() {
  const { app } = useSurroundings();
  const [name, setName] = useState("");
  const { found, failure, act } = useAsked(() =>
    allOf(async (after) => {
      const { names, next } = await app.call("blocked", { after });
      return { items: /** @type {string[]} */ (names), next };
    }, ""),
  );
  /** @param {Event} event */
  const block = async (event) => {
    event.preventDefault();
    if (await act(() => app.call("block", { user: foldName(name.trim()) }))) setName("");
  };
  return html`<${Panel} title=${t("blocked.title")} failure=${failure}>
    <p class="hint">${t("blocked.hint")}</p>
    <ul class="items">
      ${found?.map(
        (user) => html`<li key=${user}>
          <bdi>${user}</bdi>
          <${Sure} label=${t("blocked.unblock")} of=${user} onSure=${() => act(() => app.call("unblock", { user }))} />
        </li>`,
      )}
    </ul>
    ${found?.length === 0 && html`<p>${t("blocked.none")}</p>`}
    <form onSubmit=${block}>
      <${Field} label=${t("blocked.name")} value=${name} onValue=${setName} />
      <button disabled=${name.trim() === ""}>${t("blocked.block")}</button>
    </form>
  </${Panel}>`;
}
