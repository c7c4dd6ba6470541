/** What is behind the door: rooms, logs and all else of who is signed in. */

import { signal } from "@preact/signals";

import { part } from "../net/part.js";
import { createDrafts } from "./drafts.js";
import { createFiles } from "./files.js";
import { createJoining } from "./joining.js";
import { createLogs } from "./logs.js";
import { createOutbox } from "./outbox.js";
import { createPeople } from "./people.js";
import { createRooms } from "./rooms.js";
import { createThreads } from "./threads.js";
import { createTyping } from "./typing.js";
import { createUploads } from "./uploads.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Note} Note */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {ReturnType<typeof import("./settings.js").createSettings>} Settings */
/** @typedef {ReturnType<typeof createBehind>} Behind */

/** The entries of the self log that somebody has to see. */
export const NOTED = new Set([
  "invited",
  "join_requested",
  "join_approved",
  "join_denied",
  "removed",
  "warned",
  "unwarned",
  "banned",
  "unbanned",
  "held",
  "failed",
  "post_removed",
  "renamed",
  "reported",
]);
const NOTES_MAX = 20;
const notifying = part(() => import("../notifying.js"));

/**
 * @param {Parts} parts
 * @param {Session} session
 * @param {Pick<Settings, "notifications" | "marks">} settings
 */
export function createBehind(parts, session, settings) {
  const notes = signal(/** @type {readonly Note[]} */ ([]));
  let lastNote = 0;
  /** A notification was clicked. */
  const opened = signal({ room: "", seq: 0 });
  /** Whoever wants no notifications loads nothing of them. @type {ReturnType<typeof import("./notifications.js").createNotifications> | null} */
  let notifications = null;
  /** Resets of single rooms follow, which have been told of already. */
  let isRestored = false;

  const server = { call: session.call, read: session.read, notify: session.notify, isOnline: session.isOnline, me: session.me };
  /** The room that was lost last. */
  const lost = signal({ room: "" });
  const rooms = createRooms(parts, server, (room) => {
    add({ kind: "lost", room });
    lose(room);
  });
  const logs = createLogs(parts, server, rooms);
  const threads = createThreads(session.read);
  const outbox = createOutbox(parts, { ...server, isShown });
  const drafts = createDrafts(parts, session);
  const people = createPeople(parts, server);
  const uploads = createUploads(parts, session);
  const typing = createTyping(parts, server);
  const joining = createJoining(server);
  parts.onLeave(() => {
    logs.flush();
    rooms.keep();
  });

  // What is kept belongs to a user: it is read as soon as it is known to which one.
  session.me.subscribe((name) => {
    if (name === "") return;
    rooms.restore();
    drafts.load();
    outbox.load();
  });

  async function beginNotifications() {
    const name = session.me.peek();
    if (name === "" || notifications !== null || settings.notifications.peek() === "never") return;
    const { browserNotices, createNotifications, noticeText } = await notifying();
    if (name !== session.me.peek() || notifications !== null) return;
    const notices = browserNotices();
    notices.onOpen((at) => {
      opened.value = at;
    });
    const textOf = (/** @type {Entry} */ entry) => noticeText(entry, name, people.shown);
    notifications = createNotifications(parts, notices, name, rooms, settings.notifications, textOf);
  }

  settings.notifications.subscribe(() => void beginNotifications().catch(() => {})); // the next sync tries again

  /** A room can't be seen any more: the user has left it, or was removed. @param {string} room */
  function lose(room) {
    rooms.drop(room);
    logs.drop(room);
    lost.value = { room };
  }

  /** @param {Omit<Note, "id">} note */
  function add(note) {
    lastNote += 1;
    notes.value = [...notes.peek(), { ...note, id: lastNote }].slice(-NOTES_MAX);
  }

  /**
   * @param {string} method
   * @param {any} params
   */
  function notice(method, params) {
    switch (method) {
      case "entry":
        onEntry(params);
        break;
      case "read":
        rooms.refresh();
        break;
      case "presence":
        people.onPresence(params);
        break;
      case "display_name":
        people.onDisplayName(params);
        break;
      case "typing":
        typing.onTyping(params);
        break;
      case "gap":
        logs.onGap(params);
        break;
      case "reset":
        if (logs.onReset(params.room) && !isRestored) add({ kind: "reset", room: params.room });
        break;
      case "live":
        isRestored = false;
        break;
    }
  }

  /** @param {Entry} entry */
  function onEntry(entry) {
    if (entry.room.startsWith("@")) {
      joining.onSelf(entry);
      const isOwn = entry.kind === "renamed" && entry.by === session.me.peek();
      if (NOTED.has(entry.kind) && !isOwn && joining.isNews(entry)) add({ kind: "self", entry });
      if (entry.kind === "removed") lose(entry.group ?? "");
      if (entry.kind === "blocked" || entry.kind === "unblocked") people.loadBlocked().catch(() => {}); // as below
      rooms.refresh();
      return;
    }
    rooms.onEntry(entry);
    logs.onEntry(entry);
    threads.onEntry(entry);
    typing.onEntry(entry);
    outbox.onEntry();
    notifications?.onEntry(entry);
  }

  /** The server has another past now: a backup was restored. */
  function renumbered() {
    isRestored = true;
    rooms.forgetReads();
    if (logs.onNewEpoch().length > 0) add({ kind: "reset" });
  }

  /** All rooms are followed, so nothing is missed from here on. */
  function synced() {
    logs.onSync();
    const asked = [beginNotifications(), rooms.load().then(rooms.keep), people.load(), people.loadBlocked(), threads.reload(), joining.load()];
    for (const one of asked) one?.catch(() => {}); // the line is lost again: the next sync asks
    outbox.pump();
  }

  function left() {
    drafts.clear();
    outbox.clear();
    logs.clear();
    threads.clear();
    rooms.clear();
    joining.clear();
    uploads.clear();
    notifications?.end();
    notifications = null;
    notes.value = [];
  }

  /**
   * @param {string} room
   * @param {number} seq
   */
  function isShown(room, seq) {
    const log = logs.held(room);
    return (log?.position() ?? Infinity) >= seq;
  }

  return {
    rooms,
    logs,
    threads,
    outbox,
    drafts,
    people,
    typing,
    joining,
    notes,
    lost,
    opened,
    uploads,
    files: createFiles(parts, session.call),
    positions: logs.positions,
    notice,
    renumbered,
    synced,
    left,

    /** @param {number} id of a note */
    dismiss(id) {
      notes.value = notes.peek().filter((note) => note.id !== id);
    },
  };
}
