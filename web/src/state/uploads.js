/** Files on their way to the server. */

import { signal } from "@preact/signals";

import { Refusal } from "../net/errors.js";

/** @typedef {import("./shapes.js").Upload} Upload */
/** @typedef {import("./shapes.js").Parts} Parts */

/**
 * @param {Pick<Parts, "sendFile" | "nonce">} parts
 * @param {() => string} token
 */
export function createUploads(parts, token) {
  const items = signal(/** @type {readonly Upload[]} */ ([]));
  /** @type {Map<number, () => void>} */
  const running = new Map();
  let lastId = 0;

  /**
   * @param {number} id
   * @param {Partial<Upload>} changes
   */
  function change(id, changes) {
    items.value = items.peek().map((one) => (one.id === id ? { ...one, ...changes } : one));
  }

  /** @param {number} id */
  function drop(id) {
    running.delete(id);
    items.value = items.peek().filter((one) => one.id !== id);
  }

  return {
    items,

    /**
     * @param {string} room
     * @param {File} file
     * @param {string} [caption]
     */
    async start(room, file, caption = "") {
      lastId += 1;
      const id = lastId;
      const { name, size } = file;
      items.value = [...items.peek(), { id, room, name, size, sent: 0, state: "sending", error: null }];
      const query = new URLSearchParams({ room, name, ...(caption ? { caption } : {}) });
      const { done, cancel } = parts.sendFile(file, `/api/v1/files?${query}`, token(), (sent) => change(id, { sent }));
      running.set(id, cancel);
      try {
        await done;
        drop(id);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        change(id, { state: "failed", error });
      }
    },

    /** @param {number} id */
    cancel(id) {
      running.get(id)?.();
      drop(id);
    },
  };
}
