/** Who has reacted to a post, and with what. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { PersonItem } from "./person-item.js";

/** @typedef {import("./context.js").Entry} Entry */

/** @param {{onClose: () => void}} props */
export function ReactionList({ onClose }) {
  const { app, about } = useSurroundings();
  const said = /** @type {Entry} */ (about.value.entry);
  const { reactions = {}, more_reactions: more = {} } = app.logs.held(said.room)?.entries.value.find(({ seq }) => seq === said.seq) ?? said;
  /** @param {Event} event */
  const leave = ({ target }) => target instanceof Element && target.closest("a[href]") && onClose();
  return html`<${DialogBox} title=${t("entry.whoReacted")} kind="reactors" onClose=${onClose}>
    ${Object.entries(reactions).map(
      ([emoji, names]) => html`<h3>${emoji} ${names.length + (more[emoji] ?? 0)}</h3>
        <ul class="people" onClick=${leave}>
          ${names.map((name) => html`<${PersonItem} key=${name} name=${name} />`)}
        </ul>
        ${more[emoji] !== undefined && html`<p class="hint">${t("entry.reactedMore", { names: "…", n: more[emoji] })}</p>`}`,
    )}
  </${DialogBox}>`;
}
