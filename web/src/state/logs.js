/** The logs that are held, and how far they have been read. */

import { Log } from "./log.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Parts} Parts */
/**
 * @typedef {object} LogsServer
 * @property {(method: string, params?: Record<string, unknown>) => Promise<any>} read
 * @property {(method: string, params: Record<string, unknown>) => void} notify
 * @property {() => boolean} isOnline
 */
/**
 * @typedef {object} Reader
 * @property {(room: string) => {read_seq: number, last_seq: number} | undefined} get
 * @property {(room: string, seq: number) => void} onRead
 * @property {() => void} onAcknowledged
 */

const LOGS_MAX = 8;
const ACK_MS = 2_000;

/**
 * @param {Pick<Parts, "after" | "now">} parts
 * @param {LogsServer} server
 * @param {Reader} rooms
 */
export function createLogs(parts, server, rooms) {
  /** The one that was used last is the last. @type {Map<string, Log>} */
  const logs = new Map();
  /** How far each room was seen on this device. @type {Map<string, number>} */
  const seenUpTo = new Map();
  /** What of it was said on this line. @type {Map<string, number>} */
  let told = new Map();
  let toldAt = -Infinity;
  let isDue = false;

  /** Acknowledge what was seen, if there is a line; else it is done after the next sync. */
  function flush() {
    isDue = false;
    const untold = [...seenUpTo].filter(([room, seq]) => told.get(room) !== seq);
    if (untold.length === 0 || !server.isOnline()) return;
    toldAt = parts.now();
    for (const [room, seq] of untold) server.notify("ack", { room, seq });
    told = new Map(seenUpTo);
    rooms.onAcknowledged();
  }

  /**
   * @param {Log} log
   * @param {number} upTo
   */
  function seen(log, upTo) {
    if (upTo <= (rooms.get(log.room)?.read_seq ?? 0)) return;
    rooms.onRead(log.room, upTo);
    seenUpTo.set(log.room, upTo);
    if (isDue) return;
    isDue = true;
    parts.after(() => isDue && flush(), Math.max(0, toldAt + ACK_MS - parts.now()));
  }

  return {
    flush,

    /**
     * Return the log of a room: the same one as long as it is held.
     *
     * @param {string} room
     */
    open(room) {
      const log = logs.get(room) ?? new Log(room, server.read, seen);
      log.begin(rooms.get(room)?.read_seq);
      logs.delete(room);
      logs.set(room, log);
      const oldest = logs.keys().next().value;
      if (logs.size > LOGS_MAX && oldest !== undefined) logs.delete(oldest);
      return log;
    },

    /** @param {string} room @returns {Log | undefined} */
    held: (room) => logs.get(room),

    /** All of a room is read, whether it was seen or not. @param {string} room */
    markRead(room) {
      const log = logs.get(room);
      log?.seen(rooms.get(room)?.last_seq ?? 0);
      log?.settle();
    },

    /** Return where to follow the rooms from whose end is held. */
    positions() {
      /** @type {Record<string, number>} */
      const held = {};
      for (const log of logs.values()) {
        const seq = log.position();
        if (seq !== undefined) held[log.room] = seq;
      }
      return held;
    },

    /** @param {Entry} entry */
    onEntry(entry) {
      logs.get(entry.room)?.onEntry(entry);
    },

    /** @param {{room: string, from: number, to: number}} gap */
    onGap({ room, from, to }) {
      logs.get(room)?.onGap(from, to);
    },

    /** A lost line may have lost what was said on it last, and what changed in logs that don't follow. */
    onSync() {
      told.clear();
      flush();
      const shown = [...logs.keys()].at(-1);
      for (const [room, log] of logs) {
        if (log.position() !== undefined) continue;
        if (room === shown) log.refresh();
        else logs.delete(room);
      }
    },

    /** @param {string} room that can't be seen any more */
    drop(room) {
      logs.delete(room);
      seenUpTo.delete(room);
    },

    /** Numbers of a room mean other entries now. @param {string} room */
    onReset(room) {
      seenUpTo.delete(room);
      return logs.get(room)?.onReset();
    },

    /** Numbers of all rooms mean other entries now. */
    onNewEpoch() {
      seenUpTo.clear();
      return [...logs.values()].map((log) => log.onReset());
    },

    clear() {
      logs.clear();
      seenUpTo.clear();
    },
  };
}
