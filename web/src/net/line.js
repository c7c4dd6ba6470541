/**
 * The line to the server: requests and their answers, notices, and what keeps it alive.
 *
 * It connects again by itself, after growing, random delays; says `ping` when it has heard nothing
 * for a while, and takes a line for dead that then stays silent. Socket, clock, timers and
 * randomness come in from outside.
 */

import { signal } from "@preact/signals";

import { Refusal, refusalOf } from "./errors.js";
import { Gathering } from "./gathering.js";

/** @typedef {{state: "online" | "connecting" | "waiting" | "off", retryAt: number, why: string}} LineState */
/**
 * @typedef {object} Socket
 * @property {(text: string) => void} send
 * @property {() => void} close
 */
/**
 * @typedef {object} SocketEvents
 * @property {() => void} opened
 * @property {(text: string) => void} received
 * @property {() => void} closed
 */
/**
 * @typedef {object} LineParts
 * @property {(events: SocketEvents) => Socket} connect
 * @property {() => number} now ms
 * @property {(what: () => void, ms: number) => () => void} after returns what cancels it
 * @property {() => number} random from 0 to 1
 */
/**
 * @typedef {object} LineOwner
 * @property {(line: Line, welcome: any) => Promise<void>} greet what is to be said before anything else
 * @property {(method: string, params: any) => void} notice
 * @property {() => void} online all that was to be said has been said
 * @property {() => boolean} isNeeded a lost line is to be replaced at once
 */

const VERSION = 1;
const SILENT_MS = 15_000;
const DEAD_MS = 30_000;
const DELAY_MIN_MS = 250;
const DELAY_MAX_MS = 30_000;
const CONNECT_MS = 15_000;
/** A line that may be dead has so long to answer. */
const PROBE_MS = 5_000;
const REQUEST = 0;
const RESPONSE = 1;
const NOTIFICATION = 2;

export class Line {
  /**
   * @param {LineParts} parts
   * @param {LineOwner} owner
   */
  constructor(parts, owner) {
    this._parts = parts;
    this._owner = owner;
    /** @type {import("@preact/signals").Signal<LineState>} */
    this.state = signal({ state: "off", retryAt: 0, why: "" });
    /** @type {Socket | null} */
    this._socket = null;
    /** @type {Map<number, {resolve: (result: any) => void, reject: (error: Refusal) => void}>} */
    this._asked = new Map();
    this._lastId = 0;
    this._tries = 0;
    this._heardAt = 0;
    this._cancelTimer = () => {};
    /** @type {Gathering<[method: string, params: any]>} */
    this._notices = new Gathering(parts, (notice) => owner.notice(...notice));
  }

  /** Connect now, if there is no line. */
  connect() {
    if (this._socket !== null) return;
    this._cancelTimer();
    this.state.value = { state: "connecting", retryAt: 0, why: "" };
    /** @type {Socket} */
    const socket = this._parts.connect({
      opened: () => this._socket === socket && this._greet(),
      received: (text) => this._socket === socket && this._received(text),
      closed: () => this._socket === socket && this._lost("closed"),
    });
    this._socket = socket;
    this._heardAt = this._parts.now();
    this._cancelTimer = this._parts.after(() => this._lost("no answer"), CONNECT_MS);
  }

  /**
   * Connect if there is no line, and wait for it. Throws Refusal `offline`.
   *
   * @returns {Promise<void>}
   */
  ready() {
    this.connect();
    return new Promise((resolve, reject) => {
      const stop = this.state.subscribe(({ state }) => {
        if (state === "connecting") return;
        queueMicrotask(() => stop());
        if (state === "online") resolve();
        else reject(new Refusal("offline"));
      });
    });
  }

  /** End the line and connect again at once. */
  reconnect() {
    this._drop("renewed");
    this._tries = 0;
    this.connect();
  }

  /** The machine may have slept, or have a network again: see at once whether the line is alive. */
  check() {
    const heardAt = this._heardAt;
    const isOnline = this.state.peek().state === "online";
    // What has been tried for a while may be a try of before, which no answer will reach.
    if (this._socket === null || this._parts.now() - heardAt >= (isOnline ? DEAD_MS : PROBE_MS)) {
      this.reconnect();
    } else if (isOnline) {
      this.call("ping").catch(() => {});
      this._cancelTimer();
      this._cancelTimer = this._parts.after(() => (this._heardAt === heardAt ? this.reconnect() : this._onTime()), PROBE_MS);
    }
  }

  /**
   * Ask the server. Throws Refusal; `offline` if there is no line, or none any more.
   *
   * @param {string} method
   * @param {Record<string, unknown>} [params]
   * @returns {Promise<any>}
   */
  call(method, params = {}) {
    if (this._socket === null) return Promise.reject(new Refusal("offline"));
    this._lastId += 1;
    const id = this._lastId;
    const answer = new Promise((resolve, reject) => this._asked.set(id, { resolve, reject }));
    this._socket.send(JSON.stringify([REQUEST, id, method, params]));
    return answer;
  }

  /**
   * Tell the server, if there is a line.
   *
   * @param {string} method
   * @param {Record<string, unknown>} params
   */
  notify(method, params) {
    this._socket?.send(JSON.stringify([NOTIFICATION, method, params]));
  }

  async _greet() {
    const socket = this._socket;
    try {
      const welcome = await this.call("hello", { version: VERSION, client: "chatd page" });
      await this._owner.greet(this, welcome);
    } catch (error) {
      if (this._socket === socket) this._lost(error instanceof Refusal ? error.code : "internal");
      if (error instanceof Refusal) return;
      throw error;
    }
    if (this._socket !== socket) return;
    this._tries = 0;
    this.state.value = { state: "online", retryAt: 0, why: "" };
    this._onTime();
    this._owner.online();
  }

  /** @param {string} text */
  _received(text) {
    this._heardAt = this._parts.now();
    const [kind, ...rest] = JSON.parse(text);
    if (kind === NOTIFICATION) {
      const [method, params] = rest;
      if (method === "ping") this.notify("pong", {});
      else this._notices.add([method, params]);
    } else if (kind === RESPONSE) {
      this._notices.flush(); // what an answer knows may build on them
      const [id, error, result] = rest;
      const asked = this._asked.get(id);
      this._asked.delete(id);
      if (error) asked?.reject(refusalOf(error));
      else asked?.resolve(result);
    }
  }

  _onTime() {
    this._cancelTimer();
    const silent = this._parts.now() - this._heardAt;
    if (silent >= DEAD_MS) {
      this._lost("silent");
      return;
    }
    if (silent >= SILENT_MS) this.call("ping").catch(() => {});
    this._cancelTimer = this._parts.after(() => this._onTime(), SILENT_MS / 3);
  }

  /** @param {string} why */
  _lost(why) {
    this._notices.flush();
    this._drop(why);
    if (!this._owner.isNeeded()) {
      this.state.value = { state: "off", retryAt: 0, why };
      return;
    }
    this._tries += 1;
    const longest = Math.min(DELAY_MAX_MS, DELAY_MIN_MS * 2 ** this._tries);
    const delay = DELAY_MIN_MS + this._parts.random() * (longest - DELAY_MIN_MS);
    this.state.value = { state: "waiting", retryAt: this._parts.now() + delay, why };
    this._cancelTimer = this._parts.after(() => this.connect(), delay);
  }

  /** @param {string} why */
  _drop(why) {
    this._cancelTimer();
    this._notices.clear();
    const socket = this._socket;
    this._socket = null;
    socket?.close();
    const asked = [...this._asked.values()];
    this._asked.clear();
    for (const { reject } of asked) reject(new Refusal("offline", why));
  }
}
