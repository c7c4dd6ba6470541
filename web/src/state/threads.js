/** The thread that stands beside its room: what began it and all that was replied, live. */

import { signal } from "@preact/signals";

import { Refusal } from "../net/errors.js";
import { changed } from "./changes.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */

const PAGE = 100;

class Thread {
  /**
   * @param {string} room
   * @param {number} root
   * @param {Call} call
   */
  constructor(room, root, call) {
    this.room = room;
    this.root = root;
    this._call = call;
    this.entries = signal(/** @type {readonly Entry[]} */ ([]));
    this.busy = signal(false);
    this.more = signal(false);
    this.error = signal(/** @type {Refusal | null} */ (null));
  }

  load() {
    return this._load(0);
  }

  loadMore() {
    return this._load(this.entries.peek().at(-1)?.seq ?? 0);
  }

  /** @param {Entry} entry */
  onEntry(entry) {
    const shown = this.entries.peek();
    const at = shown.findIndex(({ seq }) => seq === entry.target);
    if (at >= 0) this.entries.value = shown.with(at, changed(/** @type {Entry} */ (shown[at]), entry));
    const isMine = entry.kind === "comment" && entry.root === this.root && !this.more.peek();
    if (isMine && entry.seq > (shown.at(-1)?.seq ?? 0)) this.entries.value = [...shown, entry];
  }

  /** @param {number} after */
  async _load(after) {
    this.busy.value = true;
    try {
      const page = await this._call("thread", { room: this.room, seq: this.root, after, limit: PAGE });
      const kept = this.entries.peek().filter(({ seq }) => after > 0 && seq <= after);
      this.entries.value = [...kept, ...page.entries];
      this.more.value = page.next !== null;
      this.error.value = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.error.value = error;
    } finally {
      this.busy.value = false;
    }
  }
}

/** @param {Call} call */
export function createThreads(call) {
  /** @type {Thread | null} */
  let current = null;
  return {
    /**
     * @param {string} room
     * @param {number} root
     */
    open(room, root) {
      if (current === null || current.room !== room || current.root !== root) current = new Thread(room, root, call);
      return current;
    },

    /** @param {Entry} entry */
    onEntry(entry) {
      if (current?.room === entry.room) current.onEntry(entry);
    },

    /** After a lost line. */
    reload() {
      return current?.load();
    },

    clear() {
      current = null;
    },
  };
}
