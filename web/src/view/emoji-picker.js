/** Where any emoji is picked: found by a few letters of its name, or looked up in its group. */

import { html } from "htm/preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { EMOJI, emojiLike } from "../state/emoji.js";
import { USUAL } from "../state/usual-emoji.js";
import { t as common } from "../text/index.js";
import { t } from "../text/writing-words.js";
import { DialogBox } from "./dialog.js";

/** @typedef {{emoji: string, name: string}} Choice */
/** @typedef {{title: string, choices: readonly Choice[]}} Group */

const FOUND_MAX = 100;

/** @param {{own: Readonly<Record<string, string>>, onPick: (emoji: string) => void, onClose: () => void}} props own: names in the reader's language */
export function EmojiPicker({ own, onPick, onClose }) {
  const [typed, setTyped] = useState("");
  /** Which one is chosen among those of which word. */
  const [choice, setChoice] = useState({ of: "", at: 0 });
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const word = typed.trim().replace(/^:|:$/g, "");
  const groups = useMemo(() => (word === "" ? groupsOf(own) : [{ title: "", choices: emojiLike(word, FOUND_MAX, own) }]), [word, own]);
  const all = groups.flatMap(({ choices }) => choices);
  const chosen = Math.min(choice.of === word ? choice.at : 0, all.length - 1);
  useLayoutEffect(() => options(list.current)[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);

  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = moved(options(list.current), chosen, event.key);
    const one = all[chosen];
    if (to >= 0) setChoice({ of: word, at: to });
    else if (event.key === "Enter" && one !== undefined) onPick(one.emoji);
    else return;
    event.preventDefault();
  };
  let index = -1;
  return html`<${DialogBox} title=${common("entry.react")} kind="picker" onClose=${onClose}>
    <input autofocus role="combobox" aria-expanded="true" aria-controls="emoji-list" aria-autocomplete="list"
      aria-activedescendant=${chosen >= 0 ? `emoji-${chosen}` : undefined} aria-label=${t("find")} placeholder=${t("find")}
      value=${typed} autocomplete="off" autocapitalize="none" spellcheck=${false} dir="auto" onKeyDown=${onKeyDown}
      onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setTyped(event.currentTarget.value)} />
    <div id="emoji-list" ref=${list} role="listbox" tabindex="-1" aria-label=${t("emoji")}>
      ${groups.map(
        ({ title, choices }) => html`<div role="group" aria-label=${title || t("emoji")} key=${title}>
          ${title && html`<h3 role="presentation">${title}</h3>`}
          ${choices.map(({ emoji, name }) => {
            index += 1;
            const label = name.replaceAll("_", " ");
            return html`<span key=${emoji} id=${`emoji-${index}`} role="option" aria-selected=${index === chosen}
              aria-label=${label} title=${`:${name}:`} onClick=${() => onPick(emoji)}>${emoji}</span>`;
          })}
        </div>`,
      )}
    </div>
    ${all.length === 0 && html`<p class="hint" role="status">${t("none")}</p>`}
  </${DialogBox}>`;
}

/**
 * Return all emoji: first those that are used most, then group by group.
 *
 * @param {Readonly<Record<string, string>>} own
 * @returns {Group[]}
 */
function groupsOf(own) {
  const all = EMOJI.map(({ emoji, names, category }) => ({ emoji, category, name: own[emoji]?.split(" ")[0] ?? names[0] ?? "" }));
  const usual = USUAL.flatMap((emoji) => all.filter((one) => one.emoji === emoji));
  const titles = /** @type {Parameters<typeof t>[0][]} */ ([...new Set(all.map(({ category }) => category))]);
  const groups = titles.map((title) => ({ title: t(title), choices: all.filter(({ category }) => category === title) }));
  return [{ title: t("usual"), choices: usual }, ...groups];
}

/** @param {HTMLElement | null} list @returns {HTMLElement[]} */
function options(list) {
  return [...(list?.querySelectorAll(/** @type {"span"} */ ("[role=option]")) ?? [])];
}

/**
 * Return which option a key leads to: the next one, or the nearest one in the next line.
 *
 * @param {readonly HTMLElement[]} all
 * @param {number} from
 * @param {string} key
 * @returns {number} -1: to none
 */
function moved(all, from, key) {
  const here = all[from];
  if (here === undefined) return -1;
  const next = { ArrowRight: from + 1, ArrowLeft: from - 1 }[key];
  if (next !== undefined) return (next + all.length) % all.length;
  const way = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (way === undefined) return -1;
  let best = from;
  for (let to = from + way; all[to] !== undefined; to += way) {
    const [one, nearest] = [/** @type {HTMLElement} */ (all[to]), /** @type {HTMLElement} */ (all[best])];
    if (one.offsetTop === here.offsetTop) continue;
    if (best !== from && one.offsetTop !== nearest.offsetTop) break;
    const isNearer = Math.abs(one.offsetLeft - here.offsetLeft) < Math.abs(nearest.offsetLeft - here.offsetLeft);
    if (best === from || isNearer) best = to;
  }
  return best;
}
