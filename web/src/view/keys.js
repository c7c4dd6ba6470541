/** The keys of the page: the table that the help shows, and what those of the whole page do. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { DialogBox } from "./dialog.js";
import { openSearch } from "./place.js";

/** @typedef {import("./context.js").Surroundings} Surroundings */
/** @typedef {import("../text/index.js").Key} Key */

/** @type {readonly [keys: string, what: Key][]} */
const KEYS = Object.freeze([
  ["Ctrl+K", "keys.jump"],
  ["Ctrl+Shift+F", "keys.search"],
  ["Alt+↑ / Alt+↓", "keys.room"],
  ["Alt+Shift+↓", "keys.unread"],
  ["Enter", "keys.send"],
  ["Shift+Enter", "keys.line"],
  ["↑", "keys.editLast"],
  ["Esc", "keys.leave"],
  ["↑ / ↓ / Home / End", "keys.rows"],
  ["R", "keys.reply"],
  ["T", "keys.thread"],
  ["E", "keys.edit"],
  ["Delete", "keys.delete"],
  ["?", "keys.help"],
]);

/** @param {{onClose: () => void}} props */
export function Keys({ onClose }) {
  return html`<${DialogBox} title=${t("keys.title")} kind="keys" onClose=${onClose}>
    <dl>
      ${KEYS.map(([keys, what]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${t(what)}</dd></div>`)}
    </dl>
  </${DialogBox}>`;
}

/**
 * Do what a key says wherever it is pressed.
 *
 * @param {KeyboardEvent} event
 * @param {Surroundings} around
 */
export function onPageKey(event, { app, place, dialog }) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    dialog.value = "jump";
  } else if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.code === "KeyF") {
    openSearch(place);
  } else if (event.key === "?" && !isTyping) {
    dialog.value = "keys";
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const rooms = app.rooms.list.peek().filter((room) => !event.shiftKey || (room.unread > 0 && !room.muted));
    const here = rooms.findIndex(({ room }) => room === place.room.peek());
    const to = rooms[(here + (event.key === "ArrowUp" ? -1 : 1) + rooms.length) % rooms.length];
    if (to !== undefined) place.go(to.room);
  } else if (event.key === "Escape" && app.settings.marks.peek() === "hand" && (app.rooms.get(place.room.peek())?.unread ?? 0) > 0) {
    app.logs.markRead(place.room.peek());
  } else if (event.key === "Escape" && !isTyping) {
    document.getElementById("composer")?.focus();
  } else {
    return;
  }
  event.preventDefault();
}
