/** What an administrator can do about a person or a message, each with its reason, at a second press. */

import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";

import { Field, Sure } from "../account/parts.js";
import { useSurroundings } from "../context.js";
import { nodes, t } from "./texts.js";

/** @typedef {import("../context.js").Subject} Subject */
/** @typedef {Event & {currentTarget: HTMLInputElement}} Typed */

const HOURS = 24;
const HOURS_MAX = 8_760;
const REASON_CHARACTERS_MAX = 500;

/** @param {Subject & {attempt: (what: () => Promise<unknown>, done: string) => Promise<boolean>}} props */
export function Decisions({ name, entry, attempt }) {
  const { app } = useSurroundings();
  const id = useId();
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState(HOURS);
  const [posts, setPosts] = useState(false);
  /**
   * @param {string} method
   * @param {Record<string, unknown>} params
   */
  const decide = (method, params) => () => attempt(() => app.call(method, params), t("done"));
  const why = reason.trim();
  const isUnsaid = why === "";
  return html`<h4>${t("admin.title")}</h4>
    <form onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <${Field} label=${t("reason")} value=${reason} onValue=${setReason} longest=${REASON_CHARACTERS_MAX} />
      <p class="hint">${nodes("admin.hint", { name: html`<bdi>${name}</bdi>` })}</p>
      ${entry !== null &&
      html`<${Sure} label=${t("admin.remove")} of=${name} disabled=${isUnsaid}
        onSure=${decide("remove", { room: entry.room, seq: entry.seq, reason: why })} />`}
      <label for=${id}>${t("admin.hours")}</label>
      <input id=${id} type="number" min="1" max=${HOURS_MAX} value=${hours} required
        onInput=${(/** @type {Typed} */ event) => setHours(event.currentTarget.valueAsNumber)} />
      <div class="choices">
        <${Sure} label=${t("admin.ban")} of=${name} disabled=${isUnsaid || !(hours >= 1 && hours <= HOURS_MAX)}
          onSure=${decide("ban", { user: name, hours: Math.trunc(hours), reason: why })} />
        <${Sure} label=${t("admin.unban")} of=${name} onSure=${decide("unban", { user: name })} />
      </div>
      ${app.people.shown(name) !== name &&
      html`<${Sure} label=${t("admin.clearName")} of=${name} onSure=${decide("clear-name", { user: name })} />`}
      <label class="check">
        <input type="checkbox" checked=${posts} onChange=${(/** @type {Typed} */ event) => setPosts(event.currentTarget.checked)} />
        ${t("admin.posts")}
      </label>
      <${Sure} label=${t("admin.delete")} of=${name} onSure=${decide("delete-user", { user: name, posts })} />
    </form>`;
}
