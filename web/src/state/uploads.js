/** Files on their way to the server, and the addresses of those that are there. */

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

/** An address lasts as long as it is used, and this long at least. */
const ADDRESS_MS = 240_000;
const ADDRESSES_MAX = 200;

/**
 * @param {Pick<Parts, "now">} parts
 * @param {(method: string, params: Record<string, unknown>) => Promise<any>} call
 */
export function createFiles(parts, call) {
  /** @type {Map<string, {path: Promise<string>, at: number}>} */
  const addresses = new Map();

  return {
    /**
     * Return another address, as the last one leads nowhere any more. Throws Refusal.
     *
     * @param {string} room
     * @param {number} seq
     * @returns {Promise<string>}
     */
    renew(room, seq) {
      addresses.delete(`${room}#${seq}`);
      return this.address(room, seq);
    },

    /**
     * Return an address by which this page can show a file. Throws Refusal.
     *
     * @param {string} room
     * @param {number} seq
     * @returns {Promise<string>}
     */
    address(room, seq) {
      const key = `${room}#${seq}`;
      const kept = addresses.get(key);
      if (kept !== undefined && parts.now() - kept.at < ADDRESS_MS) return kept.path;
      const path = call("file-link", { room, seq }).then((link) => link.path);
      path.catch(() => addresses.delete(key));
      addresses.delete(key);
      addresses.set(key, { path, at: parts.now() });
      const oldest = addresses.keys().next().value;
      if (addresses.size > ADDRESSES_MAX && oldest !== undefined) addresses.delete(oldest);
      return path;
    },
  };
}
