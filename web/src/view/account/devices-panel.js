/** The devices that are signed in, and tokens for programs. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { allOf } from "../../state/pages.js";
import { moment } from "../../text/times.js";
import { useSurroundings } from "../context.js";
import { useAsked } from "../use-asked.js";
import { Field, Panel, Secret, Sure } from "./parts.js";
import { t } from "./texts.js";

/** @typedef {{device: number, label: string, created: number, current: boolean}} Device */

export function DevicesPanel() {
  const { app } = useSurroundings();
  const [label, setLabel] = useState("");
  const [token, setToken] = useState("");
  const { found, failure, act } = useAsked(() =>
    allOf(async (after) => {
      const { devices, next } = await app.call("devices", { after });
      return { items: /** @type {Device[]} */ (devices), next };
    }, 0),
  );
  /** @param {Event} event */
  const create = (event) => {
    event.preventDefault();
    act(async () => {
      setToken((await app.call("token-create", { label })).token);
      setLabel("");
    });
  };
  return html`<${Panel} title=${t("devices.title")} failure=${failure}>
    <ul class="items">
      ${found?.map(
        ({ device, label: name, created, current }) => html`<li key=${device}>
          <span><bdi>${name}</bdi> <small>${t("devices.since", { time: moment(created, Date.now()) })}</small></span>
          ${current
            ? html`<em>${t("devices.current")}</em>`
            : html`<${Sure} label=${t("revoke")} of=${name} onSure=${() => act(() => app.call("revoke", { device }))} />`}
        </li>`,
      )}
    </ul>
    <h4>${t("tokens.title")}</h4>
    <form onSubmit=${create}>
      <${Field} label=${t("tokens.label")} value=${label} onValue=${setLabel} />
      <button disabled=${label.trim() === ""}>${t("tokens.create")}</button>
    </form>
    <p class="hint">${t("tokens.hint")}</p>
    ${token && html`<${Secret} label=${t("tokens.token")} text=${token} />`}
  </${Panel}>`;
}
