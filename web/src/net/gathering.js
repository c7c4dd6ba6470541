/**
 * What comes by itself, gathered: the first at once, and what follows closely all together, so that
 * a busy room is rendered a few times a second, and typing in it is not held up.
 */

import { batch } from "@preact/signals";

/** At most so often something is handled. */
export const GATHER_MS = 100;

/** @template Item */
export class Gathering {
  /**
   * @param {{now: () => number, after: (what: () => void, ms: number) => () => void}} parts
   * @param {(item: Item) => void} handle
   */
  constructor(parts, handle) {
    this._parts = parts;
    this._handle = handle;
    /** @type {Item[]} */
    this._items = [];
    this._handledAt = -Infinity;
    /** @type {(() => void) | null} */
    this._cancel = null;
  }

  /** @param {Item} item */
  add(item) {
    this._items.push(item);
    const wait = this._handledAt + GATHER_MS - this._parts.now();
    if (wait <= 0 || wait > GATHER_MS) this.flush(); // a clock that was set back makes nobody wait
    else this._cancel ??= this._parts.after(() => this.flush(), wait);
  }

  /** Handle now what has been gathered. */
  flush() {
    const items = this._items;
    this.clear();
    if (items.length === 0) return;
    this._handledAt = this._parts.now();
    batch(() => items.forEach(this._handle));
  }

  /** Forget what has been gathered. */
  clear() {
    this._cancel?.();
    this._cancel = null;
    this._items = [];
  }
}
