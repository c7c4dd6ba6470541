/** Reactions to a post: who, with what, and a few to choose from. */

import { html } from "htm/preact";
import { useId, useRef } from "preact/hooks";

import { USUAL } from "../state/usual-emoji.js";
import { t } from "../text/index.js";
import { Icon } from "./icons.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./entry.js").RowActions} RowActions */

/** Asks for the coloured form: some devices send it where others don't. */
const COLOURED = /\ufe0f/g;

/** As wide as the choice is, with what keeps it from the edge. */
const CHOICE_PX = 264;

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
    <button class="who" aria-label=${t("entry.whoReacted")} title=${t("entry.whoReacted")} onClick=${() => at.whoReacted(entry)}><${Icon} name="people" /></button>
  </div>`;
}

/** A button, and what it opens over the log: in that half of the page where there is place. @param {{entry: Entry, at: RowActions}} props */
export function ReactionChoice({ entry, at }) {
  const id = useId();
  const choice = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {ToggleEvent & {currentTarget: HTMLElement}} event */
  const place = ({ currentTarget: { style, previousElementSibling: opener } }) => {
    const { top, bottom, left } = /** @type {Element} */ (opener).getBoundingClientRect();
    const isUp = bottom > innerHeight / 2;
    style.top = isUp ? "auto" : `${bottom}px`;
    style.bottom = isUp ? `${innerHeight - top}px` : "auto";
    style.left = `${Math.max(0, Math.min(left - CHOICE_PX / 2, innerWidth - CHOICE_PX))}px`;
  };
  /** @param {() => void} what */
  const take = (what) => () => {
    choice.current?.hidePopover();
    what();
  };
  const label = t("entry.react");
  return html`<button aria-label=${label} title=${label} popovertarget=${id}><${Icon} name="react" /></button>
    <div id=${id} ref=${choice} popover class="choice-of-reactions" role="group" aria-label=${label} onBeforeToggle=${place}>
      ${USUAL.map((emoji) => html`<button key=${emoji} aria-label=${emoji} onClick=${take(() => at.react(entry, emoji))}>${emoji}</button>`)}
      <button aria-label=${t("entry.reactOther")} title=${t("entry.reactOther")} onClick=${take(() => at.pickReaction(entry))}><${Icon} name="plus" /></button>
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
