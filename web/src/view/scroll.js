/**
 * Hold the row that is being read where it is, whatever is added, changed or resized around it;
 * at the end of a log, stay at the end.
 *
 * The places of the visible rows are remembered at each scroll, which a browser reports before
 * anything else in a frame; whoever changes the log restores them before the next one is painted. A
 * scroll that has not been reported yet when the log changes is the reader's, and stays.
 */

/** @typedef {import("./place.js").Reading} Reading */
/** @typedef {{row: HTMLElement, top: number}} Place */

/** So near to the end is at the end, in px. */
const END_PX = 4;
/** No browser scrolls to less than this. */
const STEP_PX = 0.5;

export class Scroller {
  /**
   * @param {HTMLElement} viewport what scrolls
   * @param {HTMLElement} list the rows, one child each
   */
  constructor(viewport, list) {
    this._viewport = viewport;
    this._list = list;
    /** @type {Place[]} the visible rows, the one being read first */
    this._visible = [];
    /** Where the viewport was scrolled to then. */
    this._rememberedAt = 0;
    this._scrolledTo = -1;
    /** The last row is the log's last one: not just the last one that was fetched. */
    this.isWhole = true;
    this.isAtEnd = true;
  }

  /** What is seen has moved by itself or by the reader: remember it. */
  onScroll() {
    if (Math.abs(this._viewport.scrollTop - this._scrolledTo) < 1) return; // that was `restore`
    this._scrolledTo = -1;
    this._settle();
  }

  /** Return how much of the log is below what is seen, in px. */
  belowPx() {
    const { scrollHeight, scrollTop, clientHeight } = this._viewport;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Return how much of the log is above what is seen, in px. */
  abovePx() {
    return this._viewport.scrollTop;
  }

  /** Return how much is seen at once, in px. */
  pagePx() {
    return this._viewport.clientHeight;
  }

  remember() {
    const { top, bottom } = this._viewport.getBoundingClientRect();
    const rows = this._list.children;
    /** @type {Place[]} */
    const visible = [];
    for (let at = this._firstBelow(top); at < rows.length; at += 1) {
      const row = /** @type {HTMLElement} */ (rows[at]);
      const box = row.getBoundingClientRect();
      if (box.top >= bottom) break;
      visible.push({ row, top: box.top - top });
    }
    // A line between entries has no place of its own: that of a day goes up when more of it is loaded.
    const entries = visible.filter(({ row }) => row.dataset.seq);
    this._visible = entries.length > 0 ? entries : visible;
    this._rememberedAt = this._viewport.scrollTop;
    const focused = this._visible.findIndex(({ row }) => row.contains(document.activeElement));
    const whole = this._visible.findIndex((one) => one.top >= 0);
    const reading = focused >= 0 ? focused : whole;
    if (reading > 0) this._visible.unshift(...this._visible.splice(reading, 1));
  }

  /** Put the row that was being read back where it was, or stay at the end. */
  restore() {
    const scrolled = this._viewport.scrollTop - this._rememberedAt;
    if (scrolled <= -END_PX && this.belowPx() > END_PX) this.isAtEnd = false;
    if (this.isAtEnd && this.isWhole) {
      this._scrollTo(this._viewport.scrollHeight - this._viewport.clientHeight);
      this.remember();
      return;
    }
    const kept = this._visible.find(({ row }) => row.isConnected);
    if (kept === undefined) return;
    const { top } = this._viewport.getBoundingClientRect();
    const moved = kept.row.getBoundingClientRect().top - top - (kept.top - scrolled);
    if (Math.abs(moved) < STEP_PX) return;
    this._scrollTo(this._viewport.scrollTop + moved);
    if (scrolled === 0) this._rememberedAt = this._viewport.scrollTop;
    else this._settle();
  }

  toEnd() {
    this.isAtEnd = true;
    this._rememberedAt = this._viewport.scrollTop;
    this.restore();
  }

  /**
   * Show a row at a distance from the upper edge.
   *
   * @param {HTMLElement} row
   * @param {number} top in px
   */
  toRow(row, top) {
    this.isAtEnd = false;
    this._visible = [{ row, top }];
    this._rememberedAt = this._viewport.scrollTop;
    this.restore();
    this._settle();
  }

  /** Return the row that is being read; null at the end of the log. @returns {Reading | null} */
  reading() {
    const [first] = this._visible;
    if (this.isAtEnd || first?.row.dataset.seq === undefined) return null;
    return { seq: Number(first.row.dataset.seq), top: first.top };
  }

  /** Return the number of the last entry of which something is seen, 0 if none. */
  lastSeen() {
    const seqs = this._visible.map(({ row }) => Number(row.dataset.seq ?? 0));
    return Math.max(0, ...seqs);
  }

  /**
   * Return the first row that ends below a height.
   *
   * @param {number} height
   * @returns {number}
   */
  _firstBelow(height) {
    const rows = this._list.children;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { bottom } = /** @type {Element} */ (rows[middle]).getBoundingClientRect();
      if (bottom <= height) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  _settle() {
    this.isAtEnd = this.isWhole && this.belowPx() <= END_PX;
    this.remember();
  }

  /** @param {number} top */
  _scrollTo(top) {
    this._viewport.scrollTop = top;
    this._scrolledTo = this._viewport.scrollTop;
  }
}
