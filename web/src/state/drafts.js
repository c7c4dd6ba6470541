/** What is being written, for each room and thread: kept over reloads, the same in all tabs. */

import { signal } from "@preact/signals";

import { EMPTY } from "./draft.js";

/** @typedef {import("./shapes.js").Draft} Draft */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {import("@preact/signals").Signal<Draft>} DraftSignal */

/** Who kills the browser loses what was typed since then. */
const WRITE_MS = 300;

/**
 * @param {Pick<Parts, "kept" | "after" | "onLeave">} parts
 * @param {{me: {peek(): string}}} session
 */
export function createDrafts(parts, session) {
  /** @type {Map<string, DraftSignal>} */
  const drafts = new Map();
  const keys = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** @type {Set<string>} */
  const unwritten = new Set();

  const prefix = () => `draft ${session.me.peek()} `;

  /** @param {string} key @returns {DraftSignal} */
  function get(key) {
    let draft = drafts.get(key);
    if (draft === undefined) {
      draft = signal(parts.kept.get(prefix() + key) ?? EMPTY);
      drafts.set(key, draft);
    }
    return draft;
  }

  function write() {
    for (const key of unwritten) {
      const draft = get(key).peek();
      parts.kept.set(prefix() + key, isEmpty(draft) ? undefined : draft);
    }
    unwritten.clear();
  }

  /**
   * @param {string} key
   * @param {Draft} draft
   */
  function show(key, draft) {
    get(key).value = draft;
    if (keys.peek().has(key) === (draft.text !== "")) return;
    const changed = new Set(keys.peek());
    if (draft.text === "") changed.delete(key);
    else changed.add(key);
    keys.value = changed;
  }

  parts.onLeave(write);
  parts.kept.watch((key, value) => {
    if (key.startsWith(prefix())) show(key.slice(prefix().length), value ?? EMPTY);
  });

  return {
    get,
    keys,

    /** Show what is kept for who is signed in now. */
    load() {
      drafts.clear();
      const mine = parts.kept.keys().filter((key) => key.startsWith(prefix()));
      keys.value = new Set(mine.map((key) => key.slice(prefix().length)).filter((key) => get(key).peek().text !== ""));
    },

    /**
     * Keep a draft soon; at once if it is empty now, as what was sent must not return.
     *
     * @param {string} key
     * @param {Draft} draft
     */
    set(key, draft) {
      show(key, draft);
      if (unwritten.size === 0) parts.after(write, WRITE_MS);
      unwritten.add(key);
      if (isEmpty(draft)) write();
    },

    clear() {
      drafts.clear();
      unwritten.clear();
      keys.value = new Set();
    },
  };
}

/** @param {Draft} draft */
function isEmpty({ text, replyTo, editing }) {
  return text === "" && !replyTo && !editing;
}
