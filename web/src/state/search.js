/** A search: what was found so far, newest first. */

import { batch, signal } from "@preact/signals";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("../view/place.js").Query} Query */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */
/** @typedef {ReturnType<typeof createSearch>} Search */

const PAGE = 30;
/** The server may answer with less than a page while there is more; it is asked again so often. */
const ASKED_MAX = 8;

/** @param {Call} call */
export function createSearch(call) {
  const query = signal(/** @type {Query} */ ({ words: "", room: "", author: "" }));
  const found = signal(/** @type {readonly Entry[]} */ ([]));
  const next = signal(/** @type {string | null} */ (null));
  const isBusy = signal(false);
  const error = signal(/** @type {unknown} */ (null));
  /** Counts the searches, so that the answer to an older one is dropped. */
  let searches = 0;

  /** @param {string} after */
  async function load(after) {
    searches += 1;
    const mine = searches;
    const { words, room, author } = query.peek();
    const wanted = found.peek().length + PAGE;
    isBusy.value = true;
    error.value = null;
    try {
      /** @type {string | null} */
      let from = after;
      for (let asked = 0; from !== null && asked < ASKED_MAX && found.peek().length < wanted; asked += 1) {
        const page = await call("search", { words, room: room || null, author: author || null, after: from, limit: PAGE });
        if (mine !== searches) return;
        from = page.next;
        batch(() => {
          found.value = [...found.peek(), ...page.entries];
          next.value = page.next;
        });
      }
    } catch (failure) {
      if (mine === searches) error.value = failure;
    }
    if (mine === searches) isBusy.value = false;
  }

  return {
    query,
    found,
    next,
    isBusy,
    error,
    /** The result that was gone to last, as an address. */
    visited: signal(""),

    /**
     * Search, unless that is what was searched for last.
     *
     * @param {Query} wanted
     */
    ask(wanted) {
      const isFailed = error.peek() !== null;
      if (!isFailed && isSame(wanted, query.peek())) return;
      batch(() => {
        query.value = wanted;
        found.value = [];
        next.value = null;
        error.value = null;
      });
      if (wanted.words.trim() !== "") {
        load("");
        return;
      }
      searches += 1;
      isBusy.value = false;
    },

    more() {
      if (next.peek() !== null && !isBusy.peek()) load(next.peek() ?? "");
    },
  };
}

/**
 * @param {Query} one
 * @param {Query} other
 */
export function isSame(one, other) {
  return one.words.trim() === other.words.trim() && one.room === other.room && one.author === other.author;
}
