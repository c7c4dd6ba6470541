/** Addresses by which programs post into a room. */

import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";

import { titleOf } from "../../names.js";
import { moment } from "../../text/times.js";
import { useSurroundings } from "../context.js";
import { useAsked } from "../use-asked.js";
import { Field, Panel, Secret, Sure } from "./parts.js";
import { nodes, t } from "./texts.js";

/** @typedef {{hook: number, room: string, label: string, created: number, refused_at: number | null, refused: string}} Hook */

export function HooksPanel() {
  const { app, place } = useSurroundings();
  const id = useId();
  const [label, setLabel] = useState("");
  const [room, setRoom] = useState(place.room.peek() || "general");
  const [address, setAddress] = useState("");
  const { found, failure, act } = useAsked(
    async () => /** @type {Hook[]} */ ((await app.call("hooks")).hooks),
  );
  /** @param {string} of */
  const title = (of) => (of === "general" ? t("hooks.general") : titleOf(of, app.session.me.value));
  /** @param {Event} event */
  const create = (event) => {
    event.preventDefault();
    act(async () => {
      const { token } = await app.call("hook", { room, label });
      setAddress(`${location.origin}/hooks/${token}`);
      setLabel("");
    });
  };
  return html`<${Panel} title=${t("hooks.title")} failure=${failure}>
    <p class="hint">${t("hooks.hint")}</p>
    <ul class="items">
      ${found?.map(
        (hook) => html`<li key=${hook.hook}>
          <span>
            <bdi>${hook.label}</bdi> <small>${nodes("hooks.into", { room: html`<bdi>${title(hook.room)}</bdi>` })}</small>
            ${hook.refused_at &&
            html`<small class="failure">${t("hooks.refused", { time: moment(hook.refused_at, Date.now()) })}
              <bdi lang="en">${hook.refused}</bdi></small>`}
          </span>
          <${Sure} label=${t("revoke")} of=${hook.label} onSure=${() => act(() => app.call("unhook", { hook: hook.hook }))} />
        </li>`,
      )}
    </ul>
    ${found?.length === 0 && html`<p>${t("hooks.none")}</p>`}
    <form onSubmit=${create}>
      <label for=${id}>${t("hooks.room")}</label>
      <select id=${id} value=${room}
        onChange=${(/** @type {Event & {currentTarget: HTMLSelectElement}} */ event) => setRoom(event.currentTarget.value)}>
        ${app.rooms.list.value.map((one) => html`<option value=${one.room} selected=${one.room === room}>${title(one.room)}</option>`)}
      </select>
      <${Field} label=${t("hooks.label")} value=${label} onValue=${setLabel} />
      <button disabled=${label.trim() === ""}>${t("hooks.create")}</button>
    </form>
    ${address && html`<${Secret} label=${t("hooks.address")} text=${address} />`}
  </${Panel}>`;
}
