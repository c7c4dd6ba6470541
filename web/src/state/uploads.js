/** Files on their way to the server. */

import { signal } from "@preact/signals";

import { Refusal } from "../net/errors.js";

/** @typedef {import("./shapes.js").Upload} Upload */
/** @typedef {import("./shapes.js").Parts} Parts */

/**
 * @param {Pick<Parts, "sendFile" | "nonce">} parts
 * @param {{token: () => string, welcome: {peek(): {file_bytes_max: number} | null}}} session
 */
export function createUploads(parts, session) {
  const items = signal(/** @type {readonly Upload[]} */ ([]));
  /** The files of what is shown. @type {Map<number, {file: File, nonce: string, cancel: () => void}>} */
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

  /** Send a file, or send it again: whatever the server had of it, it is posted once. @param {number} id */
  async function send(id) {
    const upload = running.get(id);
    const item = items.peek().find((one) => one.id === id);
    if (upload === undefined || item === undefined) return;
    change(id, { state: "sending", sent: 0 });
    try {
      const limit = session.welcome.peek()?.file_bytes_max ?? 0;
      if (limit > 0 && item.size > limit) throw new Refusal("too_large", "the file is too large", { limit });
      const query = new URLSearchParams({ room: item.room, name: item.name });
      const address = `/api/v1/files?${query}`;
      const { done, cancel } = parts.sendFile(upload.file, address, session.token(), upload.nonce, (sent) => change(id, { sent }));
      upload.cancel = cancel;
      await done;
      drop(id);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      change(id, { state: "failed", error });
    }
  }

  return {
    items,
    retry: send,

    /**
     * @param {string} room
     * @param {File} file
     */
    start(room, file) {
      lastId += 1;
      const { name, size } = file;
      running.set(lastId, { file, nonce: parts.nonce(), cancel: () => {} });
      items.value = [...items.peek(), { id: lastId, room, name, size, sent: 0, state: "sending", error: null }];
      return send(lastId);
    },

    /** @param {number} id */
    cancel(id) {
      running.get(id)?.cancel();
      drop(id);
    },

    /** Nobody is there any more who would send them. */
    clear() {
      for (const { cancel } of running.values()) cancel();
      running.clear();
      items.value = [];
    },
  };
}
