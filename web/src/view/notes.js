/** Notes: what happened to the reader, each until it is closed. */

import { html } from "htm/preact";

import { titleOf } from "../names.js";
import { moment } from "../text/times.js";
import { nodes, t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Failure } from "./failure.js";
import { Icon } from "./icons.js";
import { useAction } from "./use-action.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./context.js").Note} Note */

export function Notes() {
  const { app, dialog } = useSurroundings();
  return html`<div class="notes" role="status">
    ${app.notes.value.map(
      (note) => html`<div class="note" key=${note.id}>
        <p>${noteText(note, app.session.me.value)}</p>
        <${Deed} note=${note} />
        ${note.entry?.kind === "reported" &&
        html`<button onClick=${() => { dialog.value = "reports"; app.dismiss(note.id); }}>${t("settings.reports")}</button>`}
        <button class="tool" aria-label=${t("common.close")} onClick=${() => app.dismiss(note.id)}><${Icon} name="close" /></button>
      </div>`,
    )}
  </div>`;
}

/** What can be done about a note. @param {{note: Note}} props */
function Deed({ note: { id, entry } }) {
  const { app, place } = useSurroundings();
  const { failure, run } = useAction();
  const room = entry?.group ?? "";
  const open = () => {
    app.dismiss(id);
    place.go(room);
  };
  const join = () => run(() => app.joining.accept(room).then(open));
  const show = () => {
    open();
    place.show({ kind: "people" });
  };
  if (failure !== "") return html`<${Failure} of=${failure} />`;
  switch (entry?.kind) {
    case "invited":
      return html`<button onClick=${join}>${t("note.join")}</button>`;
    case "join_approved":
      return html`<button onClick=${open}>${t("note.open")}</button>`;
    case "join_requested":
      return html`<button onClick=${show}>${t("note.show")}</button>`;
    default:
      return null;
  }
}

/**
 * Return what a note says.
 *
 * @param {Note} note
 * @param {string} me
 */
function noteText({ kind, entry, room }, me) {
  if (kind === "lost") return nodes("note.lost", { group: bdi(titleOf(room ?? "", me)) });
  if (kind === "reset" && room === undefined) return nodes("note.restored", {});
  if (kind === "reset") return nodes("note.reset", { room: bdi(titleOf(room ?? "", me)) });
  return entry === undefined ? "" : selfText(entry, me);
}

/**
 * @param {Entry} entry of the self log
 * @param {string} me
 */
function selfText(entry, me) {
  const group = bdi(titleOf(entry.group ?? entry.in_room ?? entry.to ?? "", me));
  const name = bdi(entry.by ?? entry.name ?? entry.user ?? "");
  const time = entry.until === undefined ? "" : moment(entry.until, Date.now());
  switch (entry.kind) {
    case "invited":
      return nodes("note.invited", { name, group });
    case "join_requested":
      return nodes("note.requested", { name, group });
    case "join_approved":
      return nodes("note.approved", { group });
    case "join_denied":
      return t("note.denied");
    case "removed":
      return nodes(entry.by === me ? "note.left" : "note.removed", { name, group });
    case "warned":
      return t("note.warned", { n: entry.warnings, limit: entry.limit });
    case "unwarned":
      return t("note.unwarned", { n: entry.warnings });
    case "renamed":
      return nodes("note.renamed", { name });
    case "banned":
      return t("note.banned", { time });
    case "unbanned":
      return t("note.unbanned");
    case "held":
      return t("note.held", { time });
    case "failed":
      return nodes("note.failed", { group, text: bdi(entry.text ?? "") });
    case "post_removed":
      return nodes("note.postRemoved", { group });
    case "reported":
      return nodes("note.reported", { name: bdi(entry.user ?? ""), reason: bdi(entry.reason ?? "") });
    default:
      return t("entry.unknown");
  }
}

/** @param {string} text */
function bdi(text) {
  return html`<bdi>${text}</bdi>`;
}
