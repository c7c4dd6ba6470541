/** Who is writing, and telling others that one is. */

import { computed, signal } from "@preact/signals";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Parts} Parts */

/** As often as the server passes it on. */
const SAY_MS = 3_000;
const LASTS_MS = 6_000;

/**
 * @param {Pick<Parts, "after" | "now">} parts
 * @param {{notify: (method: string, params: Record<string, unknown>) => void}} server
 */
export function createTyping(parts, server) {
  /** Who writes where, and until when. */
  const writers = signal(/** @type {readonly {room: string, name: string, until: number}[]} */ ([]));
  /** @type {Map<string, number>} */
  const saidAt = new Map();

  /** @param {(writer: {room: string, name: string, until: number}) => boolean} stays */
  function keep(stays) {
    const kept = writers.peek().filter(stays);
    if (kept.length < writers.peek().length) writers.value = kept;
  }

  return {
    /** Who is writing in a room. @param {string} room */
    in: (room) => computed(() => writers.value.filter((one) => one.room === room).map(({ name }) => name)),

    /** The user is writing. @param {string} room */
    say(room) {
      if (parts.now() - (saidAt.get(room) ?? -Infinity) < SAY_MS) return;
      saidAt.set(room, parts.now());
      server.notify("typing", { room });
    },

    /** @param {{room: string, name: string}} notice */
    onTyping({ room, name }) {
      const until = parts.now() + LASTS_MS;
      const others = writers.peek().filter((one) => one.room !== room || one.name !== name);
      writers.value = [...others, { room, name, until }];
      parts.after(() => keep((one) => one.until > parts.now()), LASTS_MS);
    },

    /** Who has sent something writes no more. @param {Entry} entry */
    onEntry({ room, author }) {
      keep((one) => one.room !== room || one.name !== author);
    },
  };
}
