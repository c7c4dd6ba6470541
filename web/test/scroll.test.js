import assert from "node:assert/strict";
import { test } from "node:test";

import { Scroller } from "../src/view/scroll.js";
import { randomOf } from "./world/clock.js";

const PAGE_PX = 500;
const STEPS = 1_000;
const MOVED_PX_MAX = 1;
Object.assign(globalThis, { document: { activeElement: null } });

/** A log as a browser lays it out: rows of some heights in a viewport that scrolls. */
class FakeLog {
  constructor() {
    /** @type {FakeRow[]} */
    this.rows = [];
    this._top = 0;
    this.clientHeight = PAGE_PX;
    this.children = this.rows;
    this.scroller = new Scroller(/** @type {any} */ (this), /** @type {any} */ (this));
  }

  get scrollHeight() {
    return Math.max(this.clientHeight, this.rows.reduce((sum, { height }) => sum + height, 0));
  }

  get scrollTop() {
    this.scrollTop = this._top; // what is beyond the end is not there any more
    return this._top;
  }

  set scrollTop(top) {
    this._top = Math.round(Math.min(Math.max(0, top), this.scrollHeight - this.clientHeight));
  }

  getBoundingClientRect() {
    return { top: 0, bottom: this.clientHeight };
  }

  /** @param {number} at @param {FakeRow[]} rows */
  insert(at, rows) {
    this.rows.splice(at, 0, ...rows);
  }

  /** @param {number} seq */
  topOf(seq) {
    return this.rows.find((row) => row.dataset.seq === String(seq))?.getBoundingClientRect().top ?? NaN;
  }
}

class FakeRow {
  /** @param {FakeLog} log @param {number} height @param {number} [seq] of an entry; none: a line between entries */
  constructor(log, height, seq) {
    this._log = log;
    this.height = height;
    this.dataset = seq === undefined ? {} : { seq: String(seq) };
  }

  get isConnected() {
    return this._log.rows.includes(this);
  }

  contains() {
    return false;
  }

  getBoundingClientRect() {
    const above = this._log.rows.slice(0, this._log.rows.indexOf(this));
    const top = above.reduce((sum, { height }) => sum + height, 0) - this._log.scrollTop;
    return { top, bottom: top + this.height };
  }
}

/** A log of 40 entries behind the line of their day, scrolled to its middle. */
function read() {
  const log = new FakeLog();
  log.insert(0, [new FakeRow(log, 20), ...Array.from({ length: 40 }, (_, at) => new FakeRow(log, 30, at + 101))]);
  log.scroller.toEnd();
  log.scrollTop = 300;
  log.scroller.onScroll();
  return log;
}

test("an entry stays when a page is loaded above, although the line of the day above it goes up", () => {
  const log = read();
  log.scrollTop = 0;
  log.scroller.onScroll();
  const before = log.topOf(101);
  log.insert(1, Array.from({ length: 50 }, (_, at) => new FakeRow(log, 30, at + 51)));
  log.scroller.restore();
  assert.equal(log.topOf(101), before);
});

test("a scroll that was not reported yet stays when the log changes, at the end of the log as well", () => {
  const log = read();
  const before = log.topOf(112);
  log.scrollTop -= 100;
  log.insert(1, [new FakeRow(log, 70, 100)]);
  log.scroller.restore();
  assert.equal(log.topOf(112), before + 100);
  log.scroller.toEnd();
  log.scrollTop -= 100;
  const left = log.topOf(130);
  log.insert(log.rows.length, [new FakeRow(log, 30, 141)]);
  log.scroller.restore();
  assert.equal(log.topOf(130), left);
  assert.equal(log.scroller.isAtEnd, false);
});

test("at the end it stays at the end, whatever grows or shrinks", () => {
  const log = read();
  log.scroller.toEnd();
  for (const change of [() => log.insert(41, [new FakeRow(log, 90, 141)]), () => log.rows.splice(1, 5), () => (log.clientHeight -= 200)]) {
    change();
    log.scroller.restore();
    assert.equal(log.scroller.belowPx(), 0);
    assert.equal(log.scroller.isAtEnd, true);
  }
});

test(`the row being read stays in ${STEPS} random changes, reported scrolls and others`, () => {
  const random = randomOf(14);
  const below = (/** @type {number} */ limit) => Math.floor(random() * limit);
  const log = read();
  let [first, last] = [101, 140];
  for (let step = 0; step < STEPS; step += 1) {
    const reading = log.scroller.reading();
    assert.notEqual(reading, null);
    let wanted = reading?.top ?? 0;
    const [up, down] = [log.scroller.abovePx(), log.scroller.belowPx()];
    switch (below(5)) {
      case 0: {
        const by = Math.min(down - 60, Math.max(60 - up, below(400) - 200));
        log.scrollTop += by;
        if (random() < 0.5) {
          log.scroller.onScroll();
          continue;
        }
        wanted -= by;
        break;
      }
      case 1:
        log.insert(1, [new FakeRow(log, 20 + below(80), (first -= 1))]);
        break;
      case 2:
        log.insert(log.rows.length, [new FakeRow(log, 20 + below(80), (last += 1))]);
        break;
      case 3: {
        const above = log.rows.filter((row) => row.getBoundingClientRect().bottom < 0);
        const row = above[below(above.length)];
        if (row !== undefined) row.height = Math.max(10, row.height + below(40) - 10);
        break;
      }
      default:
        log.clientHeight = PAGE_PX - below(200);
    }
    log.scroller.restore();
    assert.ok(Math.abs(log.topOf(reading?.seq ?? 0) - wanted) <= MOVED_PX_MAX, `step ${step}`);
    log.scroller.onScroll(); // as it is reported in the next frame
  }
});
