/** One entry of a log as a row: who, when, what, and what can be done with it. */

import { useComputed } from "@preact/signals";
import { html } from "htm/preact";

import { clock, whole } from "../text/times.js";
import { nodes, t } from "../text/index.js";
import { plain } from "../text/plain.js";
import { Avatar } from "./avatar.js";
import { CodeBlock } from "./code-block.js";
import { useSurroundings } from "./context.js";
import { FileBody } from "./file-body.js";
import { Icon } from "./icons.js";
import { markup } from "./markup.js";
import { addressOf } from "./place.js";
import { ReactionChoice, Reactions } from "./reactions.js";
import { isPost } from "./rows.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./icons.js").IconName} IconName */
/**
 * What can be done with an entry, and which one of the log is the active one.
 *
 * @typedef {object} RowActions
 * @property {string} me
 * @property {import("@preact/signals").Signal<number>} active the entry whose buttons are shown
 * @property {boolean} isThread the log is a thread
 * @property {(entry: Entry) => void} reply
 * @property {(entry: Entry) => void} edit
 * @property {(entry: Entry) => void} remove
 * @property {(root: number) => void} openThread
 * @property {(entry: Entry, emoji: string) => void} react with an emoji, or no more
 * @property {(entry: Entry) => void} pickReaction among all emoji
 * @property {(entry: Entry) => void} whoReacted
 * @property {(entry: Entry) => void} pin or unpin
 * @property {(entry: Entry) => void} unreadFrom
 * @property {(entry: Entry) => void} about report it, block its author
 */

const LABEL_CHARACTERS = 200;

/** @param {{entry: Entry, isContinued: boolean, at: RowActions}} props */
export function EntryRow({ entry, isContinued, at }) {
  if (entry.kind === "gap") return html`<p class="line gap">${t("entry.gap", { n: (entry.gapTo ?? entry.seq) - entry.seq + 1 })}</p>`;
  if (!isPost(entry)) return html`<${Announcement} entry=${entry} />`;
  return html`<${Post} entry=${entry} isContinued=${isContinued} at=${at} />`;
}

/** @param {{entry: Entry, isContinued: boolean, at: RowActions}} props */
function Post({ entry, isContinued, at }) {
  const isActive = useComputed(() => at.active.value === entry.seq);
  const stamp = new Date(entry.ts);
  const time = html`<time dateTime=${stamp.toISOString()} title=${whole(entry.ts)}>${clock(entry.ts)}</time>`;
  const label = `${entry.author}, ${clock(entry.ts)}: ${spoken(entry)}`;
  const isMentioned = entry.mentions?.includes(at.me) ?? false;
  const kind = `row ${isContinued ? "continued" : ""} ${isMentioned ? "mentioned" : ""}`;
  return html`<article id=${`e${entry.seq}`} class=${kind} tabindex="-1" data-seq=${entry.seq} aria-label=${label}>
    <div class="gutter">${isContinued ? time : html`<${Avatar} name=${entry.author} />`}</div>
    <div class="body">
      ${!isContinued &&
      html`<header>
        <${Author} name=${entry.author ?? ""} onPress=${entry.author === at.me ? null : () => at.about(entry)} />
        ${entry.via && html`<span class="via">${nodes("entry.via", { hook: html`<bdi>${entry.via}</bdi>` })}</span>`}
        ${time} ${entry.pinned_by && html`<span class="pinned" title=${t("entry.pinnedBy", { name: entry.pinned_by })}>
          <${Icon} name="pin" /><span class="spoken">${t("entry.pinnedBy", { name: entry.pinned_by })}</span>
        </span>`}
      </header>`}
      ${entry.kind === "comment" && !at.isThread && html`<${Quote} entry=${entry} />`}
      <${Content} entry=${entry} me=${at.me} />
      <${Reactions} entry=${entry} at=${at} />
      ${(entry.comments ?? 0) > 0 &&
      (!entry.root || entry.root === entry.seq) &&
      !at.isThread &&
      html`<button class="comments" onClick=${() => at.openThread(entry.seq)}>
        <${Icon} name="thread" />${t("entry.comments", { n: entry.comments })}
      </button>`}
    </div>
    ${isActive.value && !entry.deleted && html`<${Toolbar} entry=${entry} at=${at} />`}
  </article>`;
}

/**
 * How a user wants to be shown, and the name itself; a press leads to what can be done about another one, as
 * does a button of the row's, which keys reach.
 *
 * @param {{name: string, onPress: (() => void) | null}} props
 */
function Author({ name, onPress }) {
  const { app } = useSurroundings();
  const shown = app.people.shown(name);
  const label = html`<bdi>${shown}</bdi>`;
  return html`${onPress === null
    ? html`<span class="author">${label}</span>`
    : html`<button class="author" tabindex="-1" title=${t("people.about", { name })} onClick=${onPress}>${label}</button>`}
  ${shown !== name && html`<small><bdi>${name}</bdi></small>`}`;
}

/**
 * Return the beginning of what an entry says, for a screen reader.
 *
 * @param {Entry} entry
 * @returns {string}
 */
function spoken(entry) {
  if (entry.deleted) return t("entry.deleted");
  return [entry.name, entry.text].filter(Boolean).join(": ").slice(0, LABEL_CHARACTERS);
}

/** @param {{entry: Entry, me: string}} props */
function Content({ entry, me }) {
  if (entry.deleted) {
    const by = entry.removed ? t("entry.removed") : t("entry.deleted");
    return html`<p class="gone">${by}${entry.reason && html`: <bdi>${entry.reason}</bdi>`}</p>`;
  }
  return html`
    ${entry.kind === "file" && html`<${FileBody} entry=${entry} />`}
    ${entry.text && html`<${Text} entry=${entry} me=${me} />`}
  `;
}

/** @param {{entry: Entry, me: string}} props */
function Text({ entry, me }) {
  const shown = markup(entry.text ?? "", {
    mentions: entry.mentions ?? [],
    me,
    origin: location.origin,
    CodeBlock,
  });
  const when = entry.edited ? whole(entry.edited) : "";
  return html`<div class="text" dir="auto">
    ${shown}${entry.edited && html`<span class="edited" title=${when}>${t("entry.edited")}</span>`}
  </div>`;
}

/** @param {{entry: Entry}} props */
function Quote({ entry }) {
  const { app } = useSurroundings();
  const author = html`<bdi class="author">${app.people.shown(entry.quoted_author ?? "")}</bdi>`;
  return html`<a class="quote" href=${addressOf(entry.room, entry.reply_to)}>
    <${Icon} name="reply" />${author} <bdi>${plain(entry.quoted_text ?? "") || t("entry.quoteGone")}</bdi>
  </a>`;
}

/** @param {{entry: Entry}} props */
function Announcement({ entry }) {
  const name = html`<bdi>${entry.name ?? ""}</bdi>`;
  const by = html`<bdi>${entry.author ?? ""}</bdi>`;
  const words = entry.kind === "member" ? CHANGES[entry.change ?? ""] : undefined;
  return html`<p class="line" id=${`e${entry.seq}`} data-seq=${entry.seq}>
    ${words === undefined ? t("entry.unknown") : nodes(words, { name, by })}
  </p>`;
}

/** @type {Readonly<Record<string, import("../text/index.js").Key>>} */
const CHANGES = Object.freeze({
  joined: "member.joined",
  left: "member.left",
  removed: "member.removed",
  owner: "member.owner",
});

/**
 * Left and right lead from button to button. What is open over the log has the keys.
 *
 * @param {KeyboardEvent & {currentTarget: HTMLElement}} event
 */
function onToolbarKey(event) {
  const open = document.querySelector(":popover-open");
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (way !== undefined) {
    const all = /** @type {HTMLElement[]} */ ([...(open ?? event.currentTarget).querySelectorAll(":scope > button")]);
    const at = all.findIndex((one) => one === document.activeElement);
    all[(Math.max(at, way < 0 ? 0 : -1) + way + all.length) % all.length]?.focus();
    event.preventDefault();
  }
  if (open) event.stopPropagation();
}

/** @param {{entry: Entry, at: RowActions}} props */
function Toolbar({ entry, at }) {
  const isMine = entry.author === at.me;
  const address = new URL(addressOf(entry.room, entry.seq), location.origin).href;
  return html`<div class="toolbar" role="toolbar" aria-label=${t("entry.actions")} onKeyDown=${onToolbarKey}>
    <${ReactionChoice} entry=${entry} at=${at} />
    <${Tool} icon="reply" label=${t("entry.reply")} onClick=${() => at.reply(entry)} />
    ${!at.isThread &&
    html`<${Tool} icon="thread" label=${t("entry.thread")} onClick=${() => at.openThread(entry.root || entry.seq)} />`}
    ${entry.text &&
    html`<${Tool} icon="copy" label=${t("entry.copyText")} onClick=${() => copy(entry.text ?? "")} />`}
    <${Tool} icon="link" label=${t("entry.copyLink")} onClick=${() => copy(address)} />
    <${Tool} icon="pin" label=${entry.pinned_by ? t("entry.unpin") : t("entry.pin")} onClick=${() => at.pin(entry)} />
    ${!at.isThread && html`<${Tool} icon="unread" label=${t("entry.unreadFrom")} onClick=${() => at.unreadFrom(entry)} />`}
    ${isMine &&
    entry.kind !== "file" &&
    html`<${Tool} icon="edit" label=${t("entry.edit")} onClick=${() => at.edit(entry)} />`}
    ${isMine
      ? html`<${Tool} icon="delete" label=${t("entry.delete")} onClick=${() => at.remove(entry)} />`
      : html`<${Tool} icon="flag" label=${t("entry.about")} onClick=${() => at.about(entry)} />`}
  </div>`;
}

/** @param {{icon: IconName, label: string, onClick: () => void}} props */
function Tool({ icon, label, onClick }) {
  return html`<button aria-label=${label} title=${label} onClick=${onClick}><${Icon} name=${icon} /></button>`;
}

/** @param {string} text */
function copy(text) {
  return navigator.clipboard.writeText(text);
}
