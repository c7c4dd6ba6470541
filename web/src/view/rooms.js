/** The rooms, the one that is open, what stands beside it, and the dialogs over it. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";

import { isPrivate, titleOf } from "../names.js";
import { part } from "../net/part.js";
import { t } from "../text/index.js";
import { Context } from "./context.js";
import { Jump } from "./jump.js";
import { Keys, onPageKey } from "./keys.js";
import { lazyOf } from "./lazy.js";
import { Notes } from "./notes.js";
import { Room } from "./room.js";
import { Sidebar } from "./sidebar.js";
import { ThreadBeside } from "./thread.js";

/** @typedef {import("./context.js").App} App */
/** @typedef {import("./context.js").Dialog} Dialog */
/** @typedef {import("./place.js").Place} Place */

const more = part(() => import("../more.js"));
const privateRooms = part(() => import("../private.js"));
const JoinByLink = lazyOf(privateRooms, "JoinByLink");
const Joining = lazyOf(privateRooms, "Joining");
const MembersBeside = lazyOf(privateRooms, "MembersBeside");
const About = lazyOf(more, "About");
const CreateRoom = lazyOf(more, "CreateRoom");
const PeopleBeside = lazyOf(more, "PeopleBeside");
const PinsBeside = lazyOf(more, "PinsBeside");
const ReactionList = lazyOf(more, "ReactionList");
const Reports = lazyOf(more, "Reports");
const Schedule = lazyOf(more, "Schedule");
const Settings = lazyOf(more, "Settings");
const Why = lazyOf(more, "Why");
const Viewer = lazyOf(more, "Viewer");
const Search = lazyOf(more, "Search");

const WIDE = "(min-width: 721px)";
const DIALOGS = Object.freeze({
  jump: Jump,
  keys: Keys,
  settings: Settings,
  reports: Reports,
  create: CreateRoom,
  about: About,
  reactions: ReactionList,
  joining: Joining,
  schedule: Schedule,
  viewer: Viewer,
});

/** @param {{app: App, place: Place}} props */
export function Rooms({ app, place }) {
  const dialog = useSignal(/** @type {Dialog} */ (""));
  const about = useSignal(/** @type {import("./context.js").Subject} */ ({ name: "", entry: null }));
  const why = useSignal("");
  const around = useMemo(() => ({ app, place, dialog, about, why }), [app.rooms]);
  useTitle(app, place);
  useFirstRoom(app, place);
  useWayOut(app, place);
  useSignalEffect(() => {
    const { room, seq } = app.opened.value;
    if (room !== "") place.go(room, seq);
  });
  const room = place.room.value;
  const beside = place.beside.value;
  const Open = dialog.value === "" ? null : DIALOGS[dialog.value];
  const close = () => {
    dialog.value = "";
  };
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => onPageKey(event, around);
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [around]);
  return html`<${Context.Provider} value=${around}>
    <${Sidebar} />
    ${room === ""
      ? html`<main class="room none"><h1>${t("room.choose")}</h1></main>`
      : html`<${Room} room=${room} />`}
    ${room !== "" && beside?.kind === "thread" && html`<${ThreadBeside} key=${beside.root} room=${room} root=${beside.root} />`}
    ${room !== "" && beside?.kind === "people" &&
    (isPrivate(room) ? html`<${MembersBeside} key=${room} room=${room} />` : html`<${PeopleBeside} />`)}
    ${room !== "" && beside?.kind === "pins" && html`<${PinsBeside} room=${room} />`}
    ${beside?.kind === "search" && html`<${Search} query=${beside.query} />`}
    <${Notes} />
    ${Open !== null && html`<${Open} onClose=${close} />`}
    ${why.value !== "" && html`<${Why} onClose=${() => { why.value = ""; }} />`}
    ${place.link.value !== "" && html`<${JoinByLink} key=${place.link.value} link=${place.link.value} />`}
  </${Context.Provider}>`;
}

/**
 * Where there is place for the rooms and one of them, open the one that was open last.
 *
 * @param {App} app
 * @param {Place} place
 */
function useFirstRoom({ rooms, settings }, place) {
  useSignalEffect(() => {
    const room = place.room.value;
    if (room !== "") {
      if (room !== settings.room.peek()) settings.set("room", room);
    } else if (rooms.list.value.length > 0 && place.link.value === "" && matchMedia(WIDE).matches) {
      place.begin(rooms.get(settings.room.peek()) === undefined ? "general" : settings.room.peek());
    }
  });
}

/**
 * Leave the room that is lost.
 *
 * @param {App} app
 * @param {Place} place
 */
function useWayOut({ lost }, place) {
  useSignalEffect(() => {
    const { room } = lost.value;
    if (room !== "" && room === place.room.peek()) place.begin("");
  });
}

/**
 * Name the room and count what is unread in the title of the page.
 *
 * @param {App} app
 * @param {Place} place
 */
function useTitle({ rooms, session }, place) {
  useSignalEffect(() => {
    const { unread } = rooms.totals.value;
    const count = unread > 0 ? `(${unread}) ` : "";
    const room = place.room.value;
    const title = room === "general" ? t("room.general") : titleOf(room, session.me.value);
    document.title = `${count}${title ? `${title} – ` : ""}chatd`;
  });
  useEffect(
    () => () => {
      document.title = "chatd";
    },
    [],
  );
}
