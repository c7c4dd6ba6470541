/**
 * The rooms with what is unread in them: as the server counts, and live in between. What only the
 * server can know (a device elsewhere has read, an unread text was deleted) is asked again.
 */

import { batch, computed, signal } from "@preact/signals";

import { isPrivate } from "../names.js";
import { Refusal } from "../net/errors.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Last} Last */
/** @typedef {import("./shapes.js").RoomStatus} RoomStatus */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {{call: (method: string, params?: Record<string, unknown>) => Promise<any>, me: {peek(): string}}} Server */

const PAGE = 100;
const REFRESH_MS = 400;
const EXCERPT_CHARACTERS = 80;
const POSTS = new Set(["message", "comment", "file"]);

/**
 * @param {Pick<Parts, "after" | "kept">} parts
 * @param {Server} server
 * @param {(room: string) => void} onLost a private room can't be seen any more
 */
export function createRooms(parts, server, onLost) {
  const all = signal(/** @type {ReadonlyMap<string, RoomStatus>} */ (new Map()));
  const loaded = signal(false);
  const next = signal("");
  /** How far rooms were read here, which the server may not know yet. @type {Map<string, number>} */
  const readHere = new Map();
  /** What has come while the server was asked: its answer may be older. @type {Entry[]} */
  let arrived = [];
  let isLoading = false;
  let isRefreshDue = false;
  /** What has come since makes an answer old. */
  let isStale = false;
  /** A part was read, so the server has to be asked for the counts when it has been told. */
  let isPartRead = false;

  const list = computed(() => [...all.value.values()].filter(({ room }) => !room.startsWith("@")).sort(byActivity));

  const key = () => `rooms ${server.me.peek()}`;

  /** Ask for the rooms again, all that were asked for before. */
  async function load() {
    if (isLoading) {
      isStale = true;
      return;
    }
    isLoading = true;
    isStale = false;
    arrived = [];
    try {
      const before = [...all.peek().keys()];
      const found = await pages("", before.length);
      batch(() => {
        all.value = new Map(found.map((one) => [one.room, known(one)]));
        arrived.forEach(count); // nobody is to see an older count in between
      });
      if (next.peek() === "") before.filter((room) => isPrivate(room) && !all.peek().has(room)).forEach(onLost);
      loaded.value = true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // else asked again after the next sync
    } finally {
      isLoading = false;
    }
    if (isStale) refresh();
  }

  /**
   * @param {string} after
   * @param {number} wanted how many rooms there are to be at least
   */
  async function pages(after, wanted) {
    /** @type {RoomStatus[]} */
    const found = [];
    do {
      const page = await server.call("rooms", { after, limit: PAGE });
      found.push(...page.rooms);
      after = page.next ?? "";
    } while (after !== "" && found.length < wanted);
    next.value = after;
    return found;
  }

  /**
   * Return a room as it is here: the server may not have heard yet that it has been read.
   *
   * @param {RoomStatus} status
   * @returns {RoomStatus}
   */
  function known(status) {
    const read = readHere.get(status.room) ?? 0;
    if (read <= status.read_seq) {
      readHere.delete(status.room);
      return status;
    }
    if (read < status.last_seq || status.unread_from) {
      isPartRead = true;
      return status;
    }
    return { ...status, read_seq: read, unread: 0, mentions: 0 };
  }

  /** Ask for the rooms soon: once for all reasons that come until then. */
  function refresh() {
    if (isRefreshDue) return;
    isRefreshDue = true;
    parts.after(() => {
      isRefreshDue = false;
      load();
    }, REFRESH_MS);
  }

  /** @param {RoomStatus} status */
  function set(status) {
    all.value = new Map(all.peek()).set(status.room, status);
  }

  /** @param {Entry} entry */
  function count(entry) {
    const room = all.peek().get(entry.room);
    if (room === undefined) {
      refresh();
      return;
    }
    if (entry.seq <= room.last_seq) return; // it came again, or was counted by the server
    if (!POSTS.has(entry.kind)) {
      set({ ...room, last_seq: entry.seq });
      const target = entry.target ?? 0;
      const isRevision = entry.kind === "edit" || entry.kind === "delete";
      const isOfMentions = room.mentions > 0 || entry.mentions?.includes(server.me.peek());
      const isCounted = target > room.read_seq || target === room.last?.seq || room.unread_from || isOfMentions;
      if (entry.kind === "member" || (isRevision && isCounted)) refresh();
      return;
    }
    const me = server.me.peek();
    const isOthers = entry.author !== me;
    set({
      ...room,
      last: lastOf(entry),
      last_at: entry.ts,
      last_seq: entry.seq,
      unread: room.unread + Number(isOthers),
      mentions: room.mentions + Number(isOthers && (entry.mentions?.includes(me) ?? false)),
    });
  }

  return {
    list,
    loaded,
    more: computed(() => next.value !== ""),
    totals: computed(() => {
      const counted = list.value.map((one) => (one.muted ? one.mentions : one.unread));
      const mentions = list.value.reduce((sum, one) => sum + one.mentions, 0);
      return { unread: counted.reduce((sum, one) => sum + one, 0), mentions };
    }),
    load,
    refresh,

    /** @param {string} room */
    get: (room) => all.value.get(room),

    async loadMore() {
      const found = await pages(next.peek(), 1);
      all.value = new Map([...all.peek(), ...found.map((one) => /** @type {const} */ ([one.room, known(one)]))]);
    },

    /** Ask for all rooms that there are, so that any of them can be found. */
    async loadAll() {
      while (next.peek() !== "") await this.loadMore();
    },

    /** @param {Entry} entry that has come live */
    onEntry(entry) {
      if (isLoading) arrived.push(entry);
      count(entry);
    },

    /**
     * A room has been seen on this device up to here.
     *
     * @param {string} room
     * @param {number} seq
     */
    onRead(room, seq) {
      const status = all.peek().get(room);
      if (status === undefined || seq <= status.read_seq) return;
      readHere.set(room, seq);
      if (seq >= status.last_seq && !status.unread_from) set({ ...status, read_seq: seq, unread: 0, mentions: 0 });
      else isPartRead = true;
    },

    /** The server has been told what was read. */
    onAcknowledged() {
      if (isPartRead) refresh();
      isPartRead = false;
    },

    /** Show what was there last until the server is asked. */
    restore() {
      const kept = /** @type {readonly RoomStatus[]} */ (parts.kept.get(key()) ?? []);
      all.value = new Map(kept.map((one) => [one.room, one]));
    },

    keep() {
      if (loaded.peek()) parts.kept.set(key(), list.peek().slice(0, PAGE));
    },

    /** @param {string} room that can't be seen any more */
    drop(room) {
      const others = new Map(all.peek());
      others.delete(room);
      all.value = others;
    },

    /** Numbers mean other entries now. */
    forgetReads() {
      readHere.clear();
    },

    clear() {
      all.value = new Map();
      readHere.clear();
      loaded.value = false;
      next.value = "";
    },
  };
}

/**
 * @param {RoomStatus} one
 * @param {RoomStatus} other
 */
function byActivity(one, other) {
  return (other.last_at ?? 0) - (one.last_at ?? 0) || (one.room < other.room ? -1 : 1);
}

/** @param {Entry} entry @returns {Last} */
function lastOf({ seq, ts, kind, author = "", text, name }) {
  const line = (text || name || "").replace(/\s+/g, " ").slice(0, EXCERPT_CHARACTERS);
  return { seq, ts, kind, author, text: line };
}
