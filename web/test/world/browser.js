/** Tabs of one browser, each with what it gives to the application. */

import { signal } from "@preact/signals";

/** @typedef {import("../../src/state/shapes.js").Kept} Kept */
/** @typedef {import("../../src/state/shapes.js").Parts} Parts */
/** @typedef {import("../../src/net/line.js").SocketEvents} SocketEvents */
/** @typedef {import("./server.js").Server} Server */

/** What tabs of one browser share. */
export class Browser {
  /** @param {Server} server @param {() => number} [random] */
  constructor(server, random = () => 0.5) {
    this.server = server;
    this.random = random;
    /** @type {Map<string, any>} */
    this.values = new Map();
    /** @type {Set<Tab>} */
    this.tabs = new Set();
    this.works = true;
    /** The tab that has each lock. @type {Map<string, Tab>} */
    this.locks = new Map();
    this.nonces = 0;
  }

  /** Open a tab: what is to be given to the application. */
  tab() {
    const tab = new Tab(this);
    this.tabs.add(tab);
    return tab;
  }
}

export class Tab {
  /** @param {Browser} browser */
  constructor(browser) {
    this._browser = browser;
    this._server = browser.server;
    /** @type {Map<string, any>} */
    this._values = new Map();
    /** @type {((key: string, value: any) => void)[]} */
    this._watchers = [];
    /** @type {(() => void)[]} */
    this._woken = [];
    /** @type {(() => void)[]} */
    this._leaving = [];
    /** What waits for each lock. @type {Map<string, () => void>} */
    this._waiting = new Map();
    /** Whose tab it is: sessionStorage. @type {string | null} */
    this.user = null;
    this.isDead = false;
  }

  /** @returns {Parts} */
  get parts() {
    const clock = this._server.clock;
    const parts = {
      crypto: globalThis.crypto,
      kept: this._kept(),
      now: () => clock.ms,
      random: this._browser.random,
      nonce: () => `nonce ${(this._browser.nonces += 1)}`,
      /** @param {SocketEvents} events */
      connect: ({ opened, closed, received }) => {
        const heard = (/** @type {string} */ text) => this.isDead || received(text);
        return this._server.connect({ opened: this._alive(opened), closed: this._alive(closed), received: heard });
      },
      /** @param {() => void} what @param {number} ms */
      after: (what, ms) => clock.after(this._alive(what), ms),
      tab: { user: () => this.user, setUser: (/** @type {string} */ name) => void (this.user = name) },
      /** @param {string} name @param {() => void} what */
      alone: (name, what) => {
        this._waiting.set(name, what);
        this._elect();
        return () => this._release(name);
      },
      /** @param {() => void} woken */
      onWake: (woken) => void this._woken.push(woken),
      /** @param {() => void} leaving */
      onLeave: (leaving) => void this._leaving.push(leaving),
      sendFile: () => ({ done: Promise.resolve(), cancel: () => {} }),
      fetchFile: () => Promise.resolve("blob:"),
    };
    return /** @type {any} */ (parts);
  }

  wake() {
    for (const woken of this._woken) woken();
  }

  leave() {
    for (const leaving of this._leaving) leaving();
  }

  /** Kill the tab: nothing in it runs any more, and its lock and its lines are free. */
  kill() {
    this.isDead = true;
    this._browser.tabs.delete(this);
    for (const [name, tab] of this._browser.locks) if (tab === this) this._release(name);
  }

  /** @param {() => void} what */
  _alive(what) {
    return () => this.isDead || what();
  }

  _elect() {
    for (const [name, what] of this._waiting) {
      if (this._browser.locks.has(name)) continue;
      this._browser.locks.set(name, this);
      this._waiting.delete(name);
      this._server.clock.after(() => this.isDead || this._browser.locks.get(name) !== this || what(), 0);
    }
  }

  /** @param {string} name */
  _release(name) {
    this._waiting.delete(name);
    if (this._browser.locks.get(name) !== this) return;
    this._browser.locks.delete(name);
    for (const tab of this._browser.tabs) tab._elect();
  }

  /** @returns {Kept} */
  _kept() {
    const browser = this._browser;
    return {
      works: signal(browser.works),
      get: (key) => this._values.get(key),
      keys: () => [...this._values.keys()],
      watch: (changed) => void this._watchers.push(changed),
      set: (key, value) => {
        if (this.isDead) return;
        put(this._values, key, value);
        if (browser.works) put(browser.values, key, value);
        for (const other of browser.tabs) {
          if (other !== this) this._server.clock.after(() => other._told(key, structuredClone(value)), 1);
        }
      },
      load: async () => {
        this._values = new Map(browser.values);
      },
    };
  }

  /** @param {string} key @param {unknown} value */
  _told(key, value) {
    if (this.isDead) return;
    put(this._values, key, value);
    for (const watcher of this._watchers) watcher(key, value);
  }
}

/** @param {Map<string, any>} values @param {string} key @param {unknown} value */
function put(values, key, value) {
  if (value === undefined) values.delete(key);
  else values.set(key, value);
}
