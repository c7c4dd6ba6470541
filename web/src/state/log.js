/**
 * The log of a room: a window of its entries, which grows at both ends and follows live. Edits and
 * deletes change their targets, and are not listed.
 */

import { batch, signal } from "@preact/signals";

import { isPrivate } from "../names.js";
import { Refusal } from "../net/errors.js";
import { applied, changed, isChange, withComment } from "./changes.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Reading} Reading */
/** @typedef {"" | "latest" | "before" | "after" | "around"} Busy */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */
/** @typedef {{room: string, entries: Entry[], next: number | null}} Page */

const PAGE = 50;
/** As many as the server gives at once. */
const PAGE_MAX = 200;
/** The window has at most so many entries. */
export const WINDOW_MAX = 600;
/** Whoever sees one of so many last ones reads what comes. */
const NEAR_END = 150;

export class Log {
  /**
   * @param {string} room
   * @param {Call} call
   * @param {(log: Log, seq: number) => void} onSeen
   */
  constructor(room, call, onSeen) {
    this.room = room;
    this._call = call;
    this._onSeen = onSeen;
    this.entries = signal(/** @type {readonly Entry[]} */ ([]));
    this.atStart = signal(false);
    this.atEnd = signal(false);
    this.busy = signal(/** @type {Busy} */ (""));
    this.error = signal(/** @type {Refusal | null} */ (null));
    this.readSeq = signal(0);
    /** The row that was being read when the room was left. @type {Reading | null} */
    this.reading = null;
    this._hasBegun = false;
    /** The first and the last number that the window covers. */
    this._low = 0;
    this._high = 0;
    this._seen = 0;
    this._epoch = 0;
  }

  /** From here on it is known how far the user has read. @param {number | undefined} readSeq */
  begin(readSeq) {
    if (this._hasBegun || readSeq === undefined) return;
    this._hasBegun = true;
    this.readSeq.value = readSeq;
  }

  /** Return the last number that is held, 0 before the first; undefined if the log does not follow. */
  position() {
    return this.atEnd.peek() ? this._high : undefined;
  }

  loadLatest() {
    return this._load("latest", {}, (page) => this._replace(page, page.next === null, true));
  }

  loadBefore() {
    return this._load("before", { before: this._low }, ({ entries, next }) => {
      this._low = entries[0]?.seq ?? this._low;
      this._show([...applied(entries), ...this.entries.peek()], "end");
      this.atStart.value = next === null;
    });
  }

  loadAfter() {
    return this._load("after", { after: this._high }, ({ entries, next }) => {
      for (const entry of entries) this._append(entry);
      this._show(this.entries.peek(), "start");
      if (next === null) this.atEnd.value = true;
    });
  }

  /** @param {number} seq */
  loadAround(seq) {
    return this._load("around", { around: seq }, (page) => this._replace(page, false, false));
  }

  /**
   * Rows up to this one are on the screen, and the page is visible.
   *
   * @param {number} seq
   */
  seen(seq) {
    this._seen = Math.max(this._seen, seq);
    this._onSeen(this, this._seenSeq());
  }

  /** Return how far the window was seen, with the changes behind its last row. */
  _seenSeq() {
    const isLast = this.atEnd.peek() && this._seen >= (this.entries.peek().at(-1)?.seq ?? 0);
    return isLast ? this._high : this._seen;
  }

  /** What was seen is old now: the line of the unread stands behind it. */
  settle() {
    this.readSeq.value = Math.max(this.readSeq.peek(), this._seenSeq());
  }

  /** @param {Entry} entry that has come live */
  onEntry(entry) {
    if (isChange(entry)) this._change(entry);
    if (!this.atEnd.peek() || entry.seq <= this._high) return;
    const isFull = this.entries.peek().length >= WINDOW_MAX;
    const isReadElsewhere = this._seen < this._high - NEAR_END;
    if (isFull && isReadElsewhere) {
      this.atEnd.value = false; // nothing is taken from under the reader's eyes
      return;
    }
    this._append(entry);
    this._show(this.entries.peek(), "start");
  }

  /**
   * @param {number} from the first number that is gone
   * @param {number} to the last one
   */
  onGap(from, to) {
    if (!this.atEnd.peek() || to <= this._high) return;
    const ts = this.entries.peek().at(-1)?.ts ?? 0;
    this._high = to;
    this.entries.value = [...this.entries.peek(), { kind: "gap", room: this.room, seq: from, ts, gapTo: to }];
  }

  /** Read again what the window has: changes made while there was no line are told to logs that follow only. */
  async refresh() {
    const epoch = this._epoch;
    try {
      for (let after = this._low - 1; after < this._high; ) {
        const page = await this._call("history", { room: this.room, after, limit: PAGE_MAX });
        if (this._epoch !== epoch) return;
        const upTo = page.next ?? this._high;
        const others = this.entries.peek().filter(({ kind, seq }) => kind === "gap" || seq <= after || seq > upTo);
        const found = applied(page.entries).filter(({ seq }) => seq <= this._high);
        this.entries.value = [...others, ...found].sort((one, other) => one.seq - other.seq);
        after = upTo;
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // the next sync asks again
    }
  }

  /** The numbers mean something else now. */
  onReset() {
    this._epoch += 1;
    batch(() => {
      this.busy.value = ""; // what is asked for now comes too late
      this.entries.value = [];
      this.atStart.value = false;
      this.atEnd.value = false;
      this.readSeq.value = 0;
    });
    this._seen = 0;
    return this.loadLatest();
  }

  /**
   * @param {Busy} busy
   * @param {Record<string, unknown>} where
   * @param {(page: Page) => void} show
   */
  async _load(busy, where, show) {
    if (this.busy.peek() === busy) return;
    const epoch = this._epoch;
    batch(() => {
      this.busy.value = busy;
      this.error.value = null;
    });
    try {
      const page = await this._call("history", { room: this.room, limit: PAGE, ...where });
      if (this._epoch === epoch) batch(() => show(page));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== "not_found" || isPrivate(this.room)) this.error.value = error;
      else batch(() => this._replace({ room: this.room, entries: [], next: null }, true, true)); // nobody has written yet
    } finally {
      if (this._epoch === epoch) this.busy.value = "";
    }
  }

  /**
   * @param {Page} page
   * @param {boolean} atStart
   * @param {boolean} atEnd
   */
  _replace({ entries }, atStart, atEnd) {
    this._low = entries[0]?.seq ?? 0;
    this._high = entries.at(-1)?.seq ?? 0;
    this.atStart.value = atStart;
    this.atEnd.value = atEnd;
    this.entries.value = applied(entries);
  }

  /** @param {Entry} entry */
  _append(entry) {
    if (entry.seq <= this._high) return;
    this._high = entry.seq;
    if (isChange(entry)) {
      this._change(entry);
      return;
    }
    const shown = this.entries.peek();
    const root = entry.kind === "comment" ? entry.root : 0;
    this.entries.value = [...(root ? shown.map((one) => (one.seq === root ? withComment(one, entry) : one)) : shown), entry];
  }

  /** @param {Entry} change */
  _change(change) {
    const shown = this.entries.peek();
    const at = shown.findIndex(({ seq }) => seq === change.target);
    if (at >= 0) this.entries.value = shown.with(at, changed(/** @type {Entry} */ (shown[at]), change));
  }

  /**
   * Show so many entries as the window may have, and drop the others at one end.
   *
   * @param {readonly Entry[]} entries
   * @param {"start" | "end"} excess
   */
  _show(entries, excess) {
    if (entries.length <= WINDOW_MAX) {
      this.entries.value = entries;
    } else if (excess === "start") {
      this.entries.value = entries.slice(-WINDOW_MAX);
      this._low = this.entries.peek()[0]?.seq ?? this._low;
      this.atStart.value = false;
    } else {
      this.entries.value = entries.slice(0, WINDOW_MAX);
      this._high = this.entries.peek().at(-1)?.seq ?? this._high;
      this.atEnd.value = false;
    }
  }
}
