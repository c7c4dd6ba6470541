/**
 * What is to be sent, in order and once: each text has a nonce, is kept until the server has it,
 * and goes out again after a lost line. One tab sends for all.
 */

import { signal } from "@preact/signals";

import { isDirect, otherOf } from "../names.js";
import { Refusal } from "../net/errors.js";

/** @typedef {import("./shapes.js").Pending} Pending */
/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Parts} Parts */
/**
 * @typedef {object} OutboxOwner
 * @property {(method: string, params?: Record<string, unknown>) => Promise<any>} call
 * @property {{peek(): string}} me
 * @property {(room: string, seq: number) => boolean} isShown an entry is in a window of its log, or never will be
 */

/** As long as the server remembers a nonce. */
export const NONCE_MS = 7 * 86_400_000;
const AGAIN_MS = 5_000;
const AGAIN = new Set(["overloaded", "storage_full", "internal"]);

/**
 * @param {Pick<Parts, "kept" | "after" | "now" | "nonce" | "alone">} parts
 * @param {OutboxOwner} owner
 */
export function createOutbox(parts, owner) {
  const items = signal(/** @type {readonly Pending[]} */ ([]));
  let isSender = false;
  let isSending = false;

  /** Each text is kept by itself, so that two tabs don't write over one another. */
  const prefix = () => `outbox ${owner.me.peek()} `;

  /** @param {readonly Pending[]} changed */
  function set(changed) {
    const before = items.peek();
    items.value = changed;
    for (const one of changed) {
      if (!before.includes(one)) parts.kept.set(prefix() + one.nonce, one.state === "posted" ? undefined : one);
    }
    for (const { nonce } of before) {
      if (!changed.some((one) => one.nonce === nonce)) parts.kept.set(prefix() + nonce, undefined);
    }
  }

  /**
   * @param {string} nonce
   * @param {Partial<Pending>} changes
   */
  function change(nonce, changes) {
    set(items.peek().map((one) => (one.nonce === nonce ? { ...one, ...changes } : one)));
  }

  /** @param {string} nonce */
  function drop(nonce) {
    set(items.peek().filter((one) => one.nonce !== nonce));
  }

  /** Send what waits, one behind the other. */
  async function pump() {
    if (!isSender || isSending || owner.me.peek() === "") return;
    isSending = true;
    try {
      for (let next = first(); next !== undefined; next = first()) {
        if (!(await send(next))) return;
      }
    } finally {
      isSending = false;
    }
  }

  /** Return what is to be sent next; what is held holds back the rest of its room. */
  function first() {
    const held = new Set(items.peek().filter(({ state }) => state === "held").map(({ room }) => room));
    return items.peek().find(({ state, room }) => state === "waiting" && !held.has(room));
  }

  /**
   * @param {Pending} pending
   * @returns {Promise<boolean>} the next one may be sent
   */
  async function send({ nonce, room, text, replyTo, at }) {
    if (parts.now() - at > NONCE_MS) {
      change(nonce, { state: "old" });
      return true;
    }
    change(nonce, { state: "sending" });
    const to = isDirect(room) ? otherOf(room, owner.me.peek()) : room; // the room of two begins with this
    try {
      const posted = await (replyTo
        ? owner.call("comment", { room, seq: replyTo, text, nonce })
        : owner.call("post", { room: to, text, nonce }));
      if (owner.isShown(posted.room, posted.seq)) drop(nonce);
      else change(nonce, { state: "posted", room: posted.room, seq: posted.seq });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refused(nonce, error);
    }
  }

  /**
   * @param {string} nonce
   * @param {Refusal} refusal
   * @returns {boolean} the next one may be sent
   */
  function refused(nonce, { code, message, details }) {
    if (code === "offline") {
      change(nonce, { state: "waiting" });
      return false;
    }
    const isLimited = code === "rate_limited" && typeof details.reset_at === "number";
    if (isLimited || AGAIN.has(code)) {
      hold(nonce, isLimited ? Number(details.reset_at) : parts.now() + AGAIN_MS);
    } else {
      change(nonce, { state: "failed", error: { code, message, details } });
    }
    return true;
  }

  /**
   * @param {string} nonce
   * @param {number} until
   */
  function hold(nonce, until) {
    change(nonce, { state: "held", until });
    parts.after(() => release(nonce), Math.max(0, until - parts.now()));
  }

  /** @param {string} nonce */
  function release(nonce) {
    if (items.peek().find((one) => one.nonce === nonce)?.state !== "held") return;
    change(nonce, { state: "waiting" });
    pump();
  }

  return {
    items,
    pump,

    /** Read what has not been sent yet. */
    load() {
      const keys = parts.kept.keys().filter((key) => key.startsWith(prefix()));
      const kept = keys.map((key) => /** @type {Pending} */ (parts.kept.get(key))).sort(byTime);
      items.value = kept.map((one) => (one.state === "sending" || one.state === "held" ? { ...one, state: "waiting" } : one));
    },

    /** Send for all tabs, as soon as no other one does; show what they write. */
    start() {
      parts.kept.watch((key, value) => {
        if (!key.startsWith(prefix())) return;
        const nonce = key.slice(prefix().length);
        const others = items.peek().filter((one) => one.nonce !== nonce || (one.state === "posted" && value === undefined));
        items.value = value === undefined ? others : [...others, value].sort(byTime);
        pump();
      });
      parts.alone(() => {
        isSender = true;
        this.load();
        pump();
      });
    },

    /**
     * Send a text to a room.
     *
     * @param {string} room
     * @param {string} text
     * @param {number} [replyTo]
     * @returns {Pending}
     */
    post(room, text, replyTo = 0) {
      /** @type {Pending} */
      const pending = {
        nonce: parts.nonce(),
        room,
        text,
        replyTo,
        at: Math.max(parts.now(), (items.peek().at(-1)?.at ?? 0) + 1), // so that their order is kept
        state: "waiting",
        until: 0,
        error: null,
        seq: 0,
      };
      set([...items.peek(), pending]);
      pump();
      return pending;
    },

    /** Send again what was refused, or was too old: under a new nonce, as the old one may be forgotten. @param {string} nonce */
    retry(nonce) {
      change(nonce, { state: "waiting", nonce: parts.nonce(), at: parts.now(), error: null });
      pump();
    },

    /** Give up what was to be sent, and return it. @param {string} nonce */
    discard(nonce) {
      const pending = items.peek().find((one) => one.nonce === nonce);
      drop(nonce);
      return pending;
    },

    /** The entry of something pending may have come. @param {Entry} entry */
    onEntry({ room, seq }) {
      const come = items.peek().find((one) => one.state === "posted" && one.room === room && one.seq === seq);
      if (come !== undefined) drop(come.nonce);
    },

    clear() {
      items.value = [];
    },
  };
}

/**
 * @param {Pending} one
 * @param {Pending} other
 */
function byTime(one, other) {
  return one.at - other.at;
}
