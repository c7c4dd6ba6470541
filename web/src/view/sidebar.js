/** The rooms: newest activity first, with what is unread in them. */

import { html } from "htm/preact";

import { isDirect, otherOf, titleOf } from "../names.js";
import { brief } from "../text/times.js";
import { t } from "../text/index.js";
import { plain } from "../text/plain.js";
import { Avatar } from "./avatar.js";
import { useSurroundings } from "./context.js";
import { Icon } from "./icons.js";
import { addressOf } from "./place.js";

/** @typedef {import("./context.js").RoomStatus} RoomStatus */
/** @typedef {import("./context.js").Dialog} Dialog */

export function Sidebar() {
  const { app, dialog } = useSurroundings();
  const rooms = app.rooms.list.value;
  /** @param {Dialog} which */
  const open = (which) => () => {
    dialog.value = which;
  };
  return html`<nav class="sidebar" aria-label=${t("rooms.title")}>
    <header class="bar">
      <h2>${t("rooms.title")}</h2>
      <button class="tool" aria-label=${t("rooms.create")} title=${t("rooms.create")} onClick=${open("create")}>
        <${Icon} name="plus" />
      </button>
    </header>
    <button class="find" onClick=${open("jump")} aria-keyshortcuts="Control+K">
      <${Icon} name="search" />${t("jump.find")}<kbd>Ctrl K</kbd>
    </button>
    <${Waiting} onClick=${open("joining")} />
    <ul class="rooms">
      ${rooms.map((room) => html`<${RoomLink} key=${room.room} room=${room} />`)}
    </ul>
    ${!app.rooms.loaded.value && html`<p class="hint" role="status">${t("rooms.loading")}</p>`}
    ${app.rooms.more.value &&
    html`<button class="more" onClick=${() => app.rooms.loadMore()}>${t("common.more")}</button>`}
    <footer>
      <${Avatar} name=${app.session.me.value} isOnline=${app.session.line.value.state === "online"} />
      <bdi class="me">${app.session.me.value}</bdi>
      <button class="tool" aria-label=${t("keys.title")} title=${t("keys.title")} onClick=${open("keys")}>
        <${Icon} name="keys" />
      </button>
      <button class="tool" aria-label=${t("settings.title")} title=${t("settings.title")} onClick=${open("settings")}>
        <${Icon} name="settings" />
      </button>
    </footer>
  </nav>`;
}

/** Who wants to be in which private room, the reader included. @param {{onClick: () => void}} props */
function Waiting({ onClick }) {
  const { invitations, asked, requests } = useSurroundings().app.joining;
  const toAnswer = invitations.value.length + requests.value.length;
  if (toAnswer + asked.value.length === 0) return null;
  return html`<button class="find" onClick=${onClick}>
    <${Icon} name="lock" />${t("rooms.joining")}${toAnswer > 0 && html`<span class="badge mentions">${toAnswer}</span>`}
  </button>`;
}

/** @param {{room: RoomStatus}} props */
function RoomLink({ room }) {
  const { app, place } = useSurroundings();
  const me = app.session.me.value;
  const title = room.room === "general" ? t("room.general") : titleOf(room.room, me).replace(/^\+/, "");
  const isCurrent = place.room.value === room.room;
  const hasDraft = !isCurrent && app.drafts.keys.value.has(room.room);
  const kind = `${room.unread > 0 && !room.muted ? "unread" : ""} ${room.muted ? "muted" : ""}`;
  return html`<li>
    <a class=${kind} href=${addressOf(room.room)} aria-current=${isCurrent ? "page" : undefined}>
      <${Mark} room=${room.room} me=${me} />
      <bdi class="title">${title}</bdi>
      ${room.last && html`<time dateTime=${new Date(room.last.ts).toISOString()}>${brief(room.last.ts, Date.now())}</time>`}
      <span class="excerpt"><${Excerpt} room=${room} me=${me} /></span>
      ${hasDraft && html`<span class="has-draft"><${Icon} name="edit" /><span class="spoken">${t("rooms.draft")}</span></span>`}
      <${Badge} room=${room} />
    </a>
  </li>`;
}

/** @param {{room: string, me: string}} props */
function Mark({ room, me }) {
  const { app } = useSurroundings();
  if (!isDirect(room)) {
    return html`<span class="avatar place" aria-hidden="true">${room === "general" ? "#" : html`<${Icon} name="lock" />`}</span>`;
  }
  const other = otherOf(room, me);
  return html`<${Avatar} name=${other} isOnline=${app.people.online.value?.has(other) ?? false} />`;
}

/** @param {{room: RoomStatus, me: string}} props */
function Excerpt({ room, me }) {
  const { app } = useSurroundings();
  const { last } = room;
  if (!last) return null;
  const author = last.author === me ? t("people.you") : app.people.shown(last.author);
  const text = plain(last.text) || (last.kind === "file" ? t("rooms.file") : "");
  return html`${!isDirect(room.room) || last.author === me ? html`<bdi>${author}</bdi>: ` : ""}<bdi>${text}</bdi>`;
}

/** @param {{room: RoomStatus}} props */
function Badge({ room }) {
  const unread = room.unread > 0 ? t("rooms.unread", { n: room.unread }) : "";
  const mentions = room.mentions > 0 ? t("rooms.mentions", { n: room.mentions }) : ""; // also by edits of what was read
  if (!unread && !mentions) return null;
  return html`<span class=${`badge ${mentions && "mentions"}`} title=${[unread, mentions].filter(Boolean).join(", ")}>
    ${mentions && html`<span aria-hidden="true">@</span>`}<span aria-hidden="true">${room.unread || room.mentions}</span>
    <span class="spoken">${unread} ${mentions}</span>
  </span>`;
}
