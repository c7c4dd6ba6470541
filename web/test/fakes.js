/** A clock, a store and a server for the tests of the state: all plain, all in memory. */

import { signal } from "@preact/signals";

import { Refusal } from "../src/net/errors.js";

/** A clock that stands until it is moved; timers fire in their order. */
export class FakeClock {
  constructor() {
    this.ms = 1_700_000_000_000;
    /** @type {{at: number, what: () => void}[]} */
    this._timers = [];
  }

  now = () => this.ms;

  /** @type {(what: () => void, ms: number) => () => void} */
  after = (what, ms) => {
    const timer = { at: this.ms + ms, what };
    this._timers.push(timer);
    return () => {
      this._timers = this._timers.filter((one) => one !== timer);
    };
  };

  /** @param {number} ms */
  async advance(ms) {
    const end = this.ms + ms;
    for (;;) {
      const due = this._timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.ms = Math.max(this.ms, due.at);
      this._timers = this._timers.filter((one) => one !== due);
      due.what();
      await settled();
    }
    this.ms = end;
    await settled();
  }
}

/** Let everything run that waits for nothing outside. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** @returns {import("../src/state/shapes.js").Kept} */
export function fakeKept() {
  /** @type {Map<string, any>} */
  const values = new Map();
  return {
    works: signal(true),
    get: (key) => values.get(key),
    keys: () => [...values.keys()],
    watch: () => undefined,
    set: (key, value) => void (value === undefined ? values.delete(key) : values.set(key, structuredClone(value))),
    load: async () => undefined,
  };
}

/** A server that answers what the test lets it answer. */
export class FakeServer {
  constructor() {
    /** @type {[method: string, params: any][]} */
    this.asked = [];
    /** @type {Record<string, (params: any) => any>} */
    this.answers = {};
    this.me = signal("me");
    this.isOnline = true;
  }

  /** @type {(method: string, params?: any) => Promise<any>} */
  call = async (method, params = {}) => {
    if (!this.isOnline) throw new Refusal("offline");
    this.asked.push([method, params]);
    return this.answers[method]?.(params);
  };

  read = this.call;

  /** @type {(method: string, params: any) => void} */
  notify = (method, params) => void this.asked.push([method, params]);
}

/**
 * @param {number} seq
 * @param {Partial<import("../src/state/shapes.js").Entry>} [fields]
 * @returns {import("../src/state/shapes.js").Entry}
 */
export function message(seq, fields = {}) {
  return { kind: "message", room: "general", seq, ts: 1_000 * seq, author: "bob", text: `text ${seq}`, ...fields };
}
