/** Reactions to a post: who, with what, and a few to choose from. */

import { html } from "htm/preact";

import { USUAL } from "../state/usual-emoji.js";
import { t } from "../text/index.js";
import { Icon } from "./icons.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./entry.js").RowActions} RowActions */

/** Asks for the coloured form: some devices send it where others don't. */
const COLOURED = /\ufe0f/g;

/** @param {{entry: Entry, at: RowActions}} props */
export function Reactions({ entry, at }) {
  const all = Object.entries(entry.reactions ?? {});
  if (all.length === 0) return null;
  return html`<div class="reactions">
    ${all.map(([emoji, names]) => {
      const more = entry.more_reactions?.[emoji] ?? 0;
      const count = `${emoji} ${names.length + more}`;
      const who = more > 0 ? t("entry.reactedMore", { names: names.join(", "), n: more }) : names.join(", ");
      return html`<button key=${emoji} aria-pressed=${names.includes(at.me)} aria-label=${`${count} ${who}`} title=${who}
        onClick=${() => at.react(entry, emoji)}>${count}</button>`;
    })}
  </div>`;
}

/** @param {{entry: Entry, at: RowActions, onClose: () => void}} props */
export function ReactionChoice({ entry, at, onClose }) {
  const choose = (/** @type {string} */ emoji) => () => {
    onClose();
    at.react(entry, emoji);
  };
  const pick = () => {
    onClose();
    at.pickReaction(entry);
  };
  return html`<div class="choice-of-reactions" role="group" aria-label=${t("entry.react")}>
    ${USUAL.map((emoji) => html`<button key=${emoji} aria-label=${emoji} onClick=${choose(emoji)}>${emoji}</button>`)}
    <button aria-label=${t("entry.reactOther")} title=${t("entry.reactOther")} onClick=${pick}><${Icon} name="plus" /></button>
  </div>`;
}

/**
 * Tell whether somebody has reacted to a post with an emoji, however that is spelled.
 *
 * @param {Entry} entry
 * @param {string} emoji
 * @param {string} name
 */
export function hasReacted(entry, emoji, name) {
  const plain = emoji.replace(COLOURED, "");
  const found = Object.entries(entry.reactions ?? {}).find(([one]) => one.replace(COLOURED, "") === plain);
  return found?.[1].includes(name) ?? false;
}
