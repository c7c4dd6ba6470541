/** A person, or a message of theirs: report it, block them; for administrators, decide. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { directRoom } from "../../names.js";
import { Field, Panel } from "../account/parts.js";
import { useSurroundings } from "../context.js";
import { useAsked } from "../use-asked.js";
import { Decisions } from "./decisions.js";
import { nodes, t } from "./texts.js";

/** @typedef {import("../context.js").Subject} Subject */

const REASON_CHARACTERS_MAX = 500;

/** @param {Subject & {onClose: () => void}} props */
export function PersonPanel({ name, entry, onClose }) {
  const { app, place } = useSurroundings();
  const [reason, setReason] = useState("");
  const [said, setSaid] = useState("");
  const { found, failure, act } = useAsked(async () => (await app.call("status")).administrator === true);
  const isBlocked = app.people.blocked.value.has(name);
  /**
   * Do something and say that it was done.
   *
   * @param {() => Promise<unknown>} what
   * @param {string} done
   */
  const attempt = async (what, done) => {
    setSaid("");
    const isDone = await act(what);
    if (isDone) setSaid(done);
    return isDone;
  };
  /** @param {Event} event */
  const report = async (event) => {
    event.preventDefault();
    const about = entry === null ? {} : { room: entry.room, seq: entry.seq };
    const isDone = await attempt(() => app.call("report", { user: name, reason: reason.trim(), ...about }), t("report.done"));
    if (isDone) setReason("");
  };
  const block = () => {
    const method = isBlocked ? "unblock" : "block";
    attempt(() => app.call(method, { user: name }), t("done"));
  };
  const write = () => {
    onClose();
    place.go(directRoom(app.session.me.peek(), name));
  };
  const who = html`<bdi>${name}</bdi>`;
  return html`<${Panel} title=${entry === null ? t("report.title") : t("report.message")} failure=${failure}>
    ${entry?.text && html`<blockquote dir="auto">${entry.text.slice(0, 300)}</blockquote>`}
    <form onSubmit=${report}>
      <${Field} label=${t("report.why")} value=${reason} onValue=${setReason} longest=${REASON_CHARACTERS_MAX} />
      <p class="hint">${nodes("report.hint", { name: who })}</p>
      <button disabled=${reason.trim() === ""}>${t("report.send")}</button>
    </form>
    <h4>${t("block.title")}</h4>
    <p class="hint">${nodes("block.hint", { name: who })}</p>
    <div class="choices">
      <button onClick=${block}>
        ${nodes(isBlocked ? "block.unblock" : "block.block", { name: who })}
      </button>
      <button onClick=${write}>${nodes("person.write", { name: who })}</button>
    </div>
    ${found && html`<${Decisions} name=${name} entry=${entry} attempt=${attempt} />`}
    <p role="status">${said}</p>
  </${Panel}>`;
}
