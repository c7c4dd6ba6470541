/** A clock that is turned by hand, and numbers that follow from a seed. */

const START_MS = 1_760_000_000_000;

/** Timers that are due in the order of their times. */
export class Clock {
  constructor() {
    this.ms = START_MS;
    /** @type {{at: number, order: number, what: () => void}[]} */
    this._timers = [];
    this._order = 0;
  }

  /** @param {() => void} what @param {number} ms */
  after(what, ms) {
    this._order += 1;
    const timer = { at: this.ms + ms, order: this._order, what };
    this._timers.push(timer);
    return () => {
      this._timers = this._timers.filter((one) => one !== timer);
    };
  }

  /** Let so much time pass, with all that is due in it. @param {number} ms */
  async pass(ms) {
    const end = this.ms + ms;
    for (;;) {
      await settled();
      const due = this._timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (due === undefined) break;
      this._timers = this._timers.filter((one) => one !== due);
      this.ms = Math.max(this.ms, due.at);
      due.what();
    }
    this.ms = end;
  }
}

/** Let promises run to where they wait for a timer; cryptography runs beside. */
export async function settled() {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Numbers from 0 to 1 that follow from a seed (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
