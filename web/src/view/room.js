/** A room: its heading, its log, and where one writes to it. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { isDirect, otherOf, titleOf } from "../names.js";
import { nodes, t } from "../text/index.js";
import { AboutButton } from "./about-button.js";
import { Composer } from "./composer.js";
import { useSurroundings } from "./context.js";
import { Failure } from "./failure.js";
import { Icon } from "./icons.js";
import { LogView } from "./log-view.js";
import { openSearch } from "./place.js";
import { useRowActions } from "./row-actions.js";
import { RowList } from "./row-list.js";
import { Typing } from "./typing.js";
import { Uploads } from "./uploads.js";
import { useAction } from "./use-action.js";

const COMPOSER = "composer";

/** @param {{room: string}} props */
export function Room({ room }) {
  const { app, place } = useSurroundings();
  const me = app.session.me.value;
  const title = room === "general" ? t("room.general") : titleOf(room, me);
  const other = otherOf(room, me);
  const log = app.logs.open(room);
  const [isDropping, setDropping] = useState(false);
  const { at, dialogs } = useRowActions(room, room, COMPOSER, false);

  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) document.getElementById(COMPOSER)?.focus();
    else document.getElementById("room-title")?.focus();
  }, [room]);

  /** @param {DragEvent} event */
  const onDrop = (event) => {
    event.preventDefault();
    setDropping(false);
    for (const file of event.dataTransfer?.files ?? []) app.uploads.start(room, file);
  };
  /** @param {DragEvent} event */
  const onDragOver = (event) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    setDropping(true);
  };
  const togglePeople = () => place.show(place.beside.value?.kind === "people" ? null : { kind: "people" });
  const togglePins = () => place.show(place.beside.value?.kind === "pins" ? null : { kind: "pins" });
  return html`<main class=${`room ${isDropping ? "dropping" : ""}`} data-drop=${t("file.drop")}
    onDragOver=${onDragOver} onDragLeave=${() => setDropping(false)} onDrop=${onDrop}>
    <header class="bar">
      <button class="tool back" aria-label=${t("room.back")} onClick=${() => place.go("")}><${Icon} name="back" /></button>
      <h1 id="room-title" tabindex="-1"><bdi>${title}</bdi></h1>
      <${Presence} room=${room} me=${me} />
      <${Mute} room=${room} />
      <button class="tool" aria-label=${t("pins.title")} title=${t("pins.title")} onClick=${togglePins}
        aria-expanded=${place.beside.value?.kind === "pins"}><${Icon} name="pin" /></button>
      <button class="tool" aria-label=${t("search.title")} title=${t("search.title")} aria-keyshortcuts="Control+Shift+F"
        onClick=${() => openSearch(place)} aria-expanded=${place.beside.value?.kind === "search"}><${Icon} name="search" /></button>
      ${isDirect(room)
        ? html`<${AboutButton} name=${other} />`
        : html`<button class="tool" aria-label=${t("people.title")} title=${t("people.title")} onClick=${togglePeople}
          aria-expanded=${place.beside.value?.kind === "people"}><${Icon} name="people" /></button>`}
    </header>
    ${app.rooms.loaded.value
      ? html`<${LogView} key=${room} room=${room} title=${title} at=${at} />`
      : html`<${Waiting} room=${room} title=${title} at=${at} />`}
    <${Uploads} room=${room} />
    <${Typing} room=${room} />
    ${isDirect(room) && app.people.blocked.value.has(other)
      ? html`<${Blocked} name=${other} />`
      : html`<${Composer} id=${COMPOSER} room=${room} title=${title} entries=${log.entries} me=${me} />`}
    ${dialogs}
  </main>`;
}

/** What is to be sent, until the log can be asked for. @param {{room: string, title: string, at: import("./entry.js").RowActions}} props */
function Waiting({ room, title, at }) {
  const pending = useSurroundings().app.outbox.items.value.filter((one) => one.room === room);
  return html`<div class="log-frame">
    <div class="log" role="log" tabindex="0" aria-label=${title} aria-busy="true">
      <div class="rows"><${RowList} rows=${[]} pending=${pending} at=${at} /></div>
    </div>
  </div>`;
}

/** Whom the reader has blocked, neither can write to. @param {{name: string}} props */
function Blocked({ name }) {
  const { app } = useSurroundings();
  const { failure, run } = useAction();
  return html`<div class="composer">
    <p class="hint" tabindex="-1" id=${COMPOSER}>${nodes("people.blocked", { name: html`<bdi>${name}</bdi>` })}
      ${" "}<button onClick=${() => run(() => app.call("unblock", { user: name }))}>${t("people.unblock")}</button></p>
    <${Failure} of=${failure} />
  </div>`;
}

/** @param {{room: string}} props */
function Mute({ room }) {
  const { app } = useSurroundings();
  const isMuted = app.rooms.list.value.find((one) => one.room === room)?.muted ?? false;
  const label = isMuted ? t("room.unmute") : t("room.mute");
  const toggle = () => app.call("mute", { room, muted: !isMuted }).catch(() => {}); // the button stays as it is
  return html`<button class="tool" aria-label=${label} title=${label} aria-pressed=${isMuted} onClick=${toggle}>
    <${Icon} name=${isMuted ? "mute" : "sound"} />
  </button>`;
}

/** @param {{room: string, me: string}} props */
function Presence({ room, me }) {
  const { app } = useSurroundings();
  if (isDirect(room)) {
    const isOnline = app.people.online.value?.has(otherOf(room, me)) ?? false;
    return html`<span class=${`presence ${isOnline ? "online" : ""}`}>${isOnline ? t("people.online") : ""}</span>`;
  }
  if (room === "general") return html`<span class="presence">${t("people.count", { n: app.people.count.value })}</span>`;
  const members = app.rooms.get(room)?.members ?? 0;
  return html`<span class="presence">${members > 0 && t("room.members", { n: members })}</span>`;
}
