/** The join links of a room: made with a limit of uses and of time, shown once, revoked. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { t as common } from "../../text/index.js";
import { moment } from "../../text/times.js";
import { useSurroundings } from "../context.js";
import { CopyButton } from "../copy-button.js";
import { Confirm } from "../dialog.js";
import { Failure } from "../failure.js";
import { useAction } from "../use-action.js";
import { t } from "./texts.js";

/** @typedef {{number: number, created: number, uses_left: number | null, expires_at: number | null}} LinkState */
/** @typedef {Event & {currentTarget: HTMLSelectElement}} Selected */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often a link may be used: 0 for any number. */
const USES = Object.freeze([1, 10, 100, 0]);

/** @param {{room: string}} props */
export function Links({ room }) {
  const { app } = useSurroundings();
  const [links, setLinks] = useState(/** @type {readonly LinkState[]} */ ([]));
  const [made, setMade] = useState("");
  const [uses, setUses] = useState(10);
  const [days, setDays] = useState(7);
  const { failure, run } = useAction({ conflict: t("links.tooMany") });

  const load = async () => setLinks((await app.session.read("links", { room })).links);
  useEffect(() => void run(load), [room]);

  const make = () =>
    run(async () => {
      const { link } = await app.call("link", {
        room,
        uses: uses || null,
        expires_at: days === 0 ? null : Date.now() + days * DAY_MS,
      });
      setMade(`${location.origin}/join#${link}`);
      await load();
    });
  /** @param {number} number */
  const unlink = (number) => async () => {
    await app.call("unlink", { room, number });
    await load();
  };
  return html`<h3>${t("links.title")}</h3>
    <p class="hint">${t("links.hint")}</p>
    <${Failure} of=${failure} />
    <div class="make">
      <label>${t("links.uses")}
        <select value=${uses} onChange=${(/** @type {Selected} */ event) => setUses(Number(event.currentTarget.value))}>
          ${USES.map((n) => html`<option value=${n} selected=${n === uses}>${n === 0 ? t("links.anyUses") : t("links.useCount", { n })}</option>`)}
        </select>
      </label>
      <label>${t("links.valid")}
        <select value=${days} onChange=${(/** @type {Selected} */ event) => setDays(Number(event.currentTarget.value))}>
          ${[1, 7, 30].map((n) => html`<option value=${n} selected=${n === days}>${t("links.dayCount", { n })}</option>`)}
          <option value="0" selected=${days === 0}>${t("links.noEnd")}</option>
        </select>
      </label>
      <button onClick=${make}>${t("links.make")}</button>
    </div>
    ${made !== "" &&
    html`<div class="made" role="status">
      <p>${t("links.once")}</p>
      <div class="copied"><input readonly aria-label=${t("links.address")} value=${made} onFocus=${selectAll} />
        <${CopyButton} key=${made} text=${made} label=${common("entry.copyLink")} /></div>
    </div>`}
    <ul class="asks">
      ${links.map((link) => html`<${LinkRow} key=${link.number} link=${link} onRevoke=${unlink(link.number)} />`)}
    </ul>`;
}

/** @param {{link: LinkState, onRevoke: () => Promise<void>}} props */
function LinkRow({ link, onRevoke }) {
  const [isAsking, setAsking] = useState(false);
  const { failure, run, reset } = useAction();
  const uses = link.uses_left === null ? t("links.anyUses") : t("links.usesLeft", { n: link.uses_left });
  const end = link.expires_at === null ? t("links.noEnd") : t("links.until", { time: moment(link.expires_at, Date.now()) });
  const close = () => {
    setAsking(false);
    reset();
  };
  return html`<li onKeyDown=${isAsking ? keepInside : undefined}>
    <p>${t("links.number", { n: link.number })}<small>${uses}, ${end}</small></p>
    <button aria-label=${t("links.revokeNumber", { n: link.number })} onClick=${() => setAsking(true)}>${t("links.revoke")}</button>
    ${isAsking &&
    html`<${Confirm} title=${t("links.revokeNumber", { n: link.number })} action=${t("links.revoke")} failure=${failure}
      onClose=${close} onConfirm=${() => run(onRevoke)}>
      <p>${t("links.revokeWhat")}</p>
    </${Confirm}>`}
  </li>`;
}

/** What is pressed in a dialog is not for what stands around it. @param {KeyboardEvent} event */
function keepInside(event) {
  event.stopPropagation();
}

/** @param {Event & {currentTarget: HTMLInputElement}} event */
function selectAll(event) {
  event.currentTarget.select();
}
