/**
 * What is to be sent, in order and once: each text has a nonce, is kept until the server has it,
 * and goes out again after a lost line. All tabs write, each text under its own key, and one sends.
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
const OF_THE_SENDER = new Set(["sending", "held"]);
const AGAIN = new Set(["overloaded", "storage_full", "internal"]);

/**
 * @param {Pick<Parts, "kept" | "after" | "now" | "nonce" | "alone">} parts
 * @param {OutboxOwner} owner
 */
export function createOutbox(parts, owner) {
  const items = signal(/** @type {readonly Pending[]} */ ([]));
  let isSender = false;
  let stopWaiting = () => {};
  let isSending = false;
  let lastAt = 0;

  const prefix = () => `outbox ${owner.me.peek()} `;

  /** @param {string} nonce */
  const find = (nonce) => items.peek().find((one) => one.nonce === nonce);

  /** @param {Pending} pending */
  function show(pending) {
    const others = items.peek().filter(({ nonce }) => nonce !== pending.nonce);
    items.value = [...others, pending].sort((one, other) => one.at - other.at);
  }

  /** @param {Pending} pending */
  function put(pending) {
    show(pending);
    parts.kept.set(prefix() + pending.nonce, pending);
  }

  /**
   * @param {string} nonce
   * @param {Partial<Pending>} changes
   */
  function change(nonce, changes) {
    const pending = find(nonce);
    if (pending !== undefined) put({ ...pending, ...changes });
  }

  /** @param {string} nonce */
  function hide(nonce) {
    items.value = items.peek().filter((one) => one.nonce !== nonce);
  }

  /** @param {string} nonce */
  function drop(nonce) {
    hide(nonce);
    parts.kept.set(prefix() + nonce, undefined);
  }

  /** Another tab has written, sent or given up a text. @param {string} nonce @param {Pending | undefined} value */
  function heard(nonce, value) {
    const isOfSender = OF_THE_SENDER.has(find(nonce)?.state ?? "") || OF_THE_SENDER.has(value?.state ?? "");
    if (isSender && isOfSender) return; // a word of the one before us, who is gone
    if (value !== undefined) show(value);
    else if (find(nonce)?.state !== "posted") hide(nonce);
    tidy();
    pump();
  }

  /** What has been posted is shown here until its entry is. */
  function tidy() {
    const shown = items.peek().filter(({ state, room, seq }) => state === "posted" && owner.isShown(room, seq));
    for (const { nonce } of shown) hide(nonce);
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
      change(nonce, { state: "posted", room: posted.room, seq: posted.seq }); // the other tabs show it, too
      parts.kept.set(prefix() + nonce, undefined);
      tidy();
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
    if (find(nonce)?.state !== "held") return;
    change(nonce, { state: "waiting" });
    pump();
  }

  /** Read what has not been sent yet. */
  function read() {
    const keys = parts.kept.keys().filter((key) => key.startsWith(prefix()));
    const kept = keys.map((key) => /** @type {Pending} */ (parts.kept.get(key)));
    const unsent = kept.filter(({ state }) => state !== "posted");
    items.value = unsent.sort((one, other) => one.at - other.at);
    lastAt = items.peek().at(-1)?.at ?? 0;
  }

  /** Whoever sent for all tabs is gone, and what it was about to send may have arrived or not. */
  function takeOver() {
    isSender = true;
    read();
    for (const { nonce, state } of items.peek()) {
      if (state === "sending" || state === "held") change(nonce, { state: "waiting" });
    }
    pump();
  }

  function stop() {
    stopWaiting();
    isSender = false;
    items.value = [];
  }

  parts.kept.watch((key, value) => {
    if (key.startsWith(prefix())) heard(key.slice(prefix().length), value);
  });

  return {
    items,
    pump,

    /** Show what is kept for who is signed in now; send it for all tabs of theirs, as soon as no other one does. */
    load() {
      stop();
      read();
      stopWaiting = parts.alone(`outbox ${owner.me.peek()}`, takeOver);
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
      lastAt = Math.max(parts.now(), lastAt + 1); // what was written first goes out first
      /** @type {Pending} */
      const pending = {
        nonce: parts.nonce(),
        room,
        text,
        replyTo,
        at: lastAt,
        state: "waiting",
        until: 0,
        error: null,
        seq: 0,
      };
      put(pending);
      pump();
      return pending;
    },

    /** Send again what was refused, or was too old: under a new nonce, as the old one may be forgotten. @param {string} nonce */
    retry(nonce) {
      const pending = find(nonce);
      if (pending === undefined) return;
      drop(nonce);
      put({ ...pending, state: "waiting", nonce: parts.nonce(), at: parts.now(), error: null });
      pump();
    },

    /** Give up what was to be sent, and return it. @param {string} nonce */
    discard(nonce) {
      const pending = find(nonce);
      drop(nonce);
      return pending;
    },

    /** The entry of something pending may have come. */
    onEntry: tidy,

    clear: stop,
  };
}
