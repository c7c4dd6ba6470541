/**
 * The rooms with what is unread in them: as the server counts, and live in between. What only the
 * server can know (a device elsewhere has read, an unread text was deleted) is asked again.
 */

import { computed, signal } from "@preact/signals";

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
 * @param {Pick<Parts, "after">} parts
 * @param {Server} server
 */
export function createRooms(parts, server) {
  const all = signal(/** @type {ReadonlyMap<string, RoomStatus>} */ (new Map()));
  const loaded = signal(false);
  const next = signal("");
  /** @type {Map<string, Last>} */
  const lasts = new Map();
  /** The numbers up to which the last post was looked for. @type {Map<string, number>} */
  const askedAt = new Map();
  let isRefreshDue = false;
  /** Counts what has come, so that an older answer does not undo it. */
  let changes = 0;

  const list = computed(() => [...all.value.values()].filter(({ room }) => !room.startsWith("@")).sort(byActivity));

  /** Ask for the rooms again, all that were asked for before. */
  async function load() {
    const before = changes;
    /** @type {RoomStatus[]} */
    const found = [];
    let after = "";
    try {
      do {
        const page = await server.call("rooms", { after, limit: PAGE });
        found.push(...page.rooms);
        after = page.next ?? "";
      } while (after !== "" && found.length < all.peek().size);
      await Promise.all(found.map(askLast));
    } catch (error) {
      if (error instanceof Refusal) return; // asked again after the next sync
      throw error;
    }
    if (before !== changes) {
      refresh(); // what has come meanwhile may be counted or not
      if (loaded.peek()) return;
    }
    next.value = after;
    all.value = new Map(found.map((one) => [one.room, { ...one, last: lasts.get(one.room) ?? null }]));
    loaded.value = true;
  }

  /** @param {RoomStatus} status */
  async function askLast({ room, last_seq: seq }) {
    if (seq === 0 || room.startsWith("@") || (askedAt.get(room) ?? 0) >= seq) return;
    askedAt.set(room, seq);
    const { entries } = await server.call("history", { room, limit: 3 });
    const post = entries.findLast((/** @type {Entry} */ one) => POSTS.has(one.kind));
    if (post !== undefined) lasts.set(room, lastOf(post));
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
      const page = await server.call("rooms", { after: next.peek(), limit: PAGE });
      await Promise.all(page.rooms.map(askLast));
      const found = page.rooms.map((/** @type {RoomStatus} */ one) => [one.room, { ...one, last: lasts.get(one.room) }]);
      all.value = new Map([...all.peek(), ...found]);
      next.value = page.next ?? "";
    },

    /** @param {Entry} entry that has come live */
    onEntry(entry) {
      changes += 1;
      if (!POSTS.has(entry.kind)) {
        refresh(); // an edit names people, a deletion takes back, a member makes a room appear
        return;
      }
      lasts.set(entry.room, lastOf(entry));
      askedAt.set(entry.room, entry.seq);
      const known = all.peek().get(entry.room);
      if (known === undefined) {
        refresh();
        return;
      }
      const isOwn = entry.author === server.me.peek();
      const isNamed = !isOwn && (entry.mentions?.includes(server.me.peek()) ?? false);
      set({
        ...known,
        last: lastOf(entry),
        last_seq: entry.seq,
        unread: known.unread + Number(!isOwn),
        mentions: known.mentions + Number(isNamed),
      });
    },

    /**
     * This device has seen a room up to here, which was all of it.
     *
     * @param {string} room
     * @param {number} seq
     */
    onRead(room, seq) {
      const known = all.peek().get(room);
      if (known === undefined || seq <= known.read_seq) return;
      changes += 1;
      const isAll = seq >= known.last_seq;
      set({ ...known, read_seq: seq, ...(isAll ? { unread: 0, mentions: 0 } : {}) });
    },

    clear() {
      all.value = new Map();
      lasts.clear();
      askedAt.clear();
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
  return (other.last?.ts ?? 0) - (one.last?.ts ?? 0) || (one.room < other.room ? -1 : 1);
}

/** @param {Entry} entry @returns {Last} */
function lastOf({ seq, ts, kind, author = "", text, name }) {
  const line = (text || name || "").replace(/\s+/g, " ").slice(0, EXCERPT_CHARACTERS);
  return { seq, ts, kind, author, text: line };
}
