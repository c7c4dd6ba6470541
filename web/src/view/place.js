/**
 * Where the reader is: in which room, at which entry, and what stands beside the room.
 *
 * The address has the room and the entry (`/r/<room>/<seq>`), so that it can be copied; the
 * browser's history has the rest, so that Back leads to the row that was being read.
 */

import { batch, signal } from "@preact/signals";

/**
 * What is searched for. room: where; "": everywhere. author: of whom; "": of anybody.
 *
 * @typedef {{words: string, room: string, author: string}} Query
 */
/** @typedef {{kind: "thread", root: number} | {kind: "people"} | {kind: "pins"} | {kind: "search", query: Query}} Beside */
/** @typedef {import("../state/shapes.js").Reading} Reading */
/** @typedef {{room: string, seq: number, beside: Beside | null, reading: Reading | null}} State */
/** @typedef {Pick<Window, "location" | "history" | "addEventListener">} Browser */
/** @typedef {ReturnType<typeof createPlace>} Place */

const JOIN = "/join";
const ADDRESS = /^\/r\/([^/]+)(?:\/(\d{1,15}))?\/?$/;

/**
 * Return the address of a room, or of an entry of it.
 *
 * @param {string} room
 * @param {number} [seq]
 * @returns {string}
 */
export function addressOf(room, seq = 0) {
  return `/r/${encodeURIComponent(room)}${seq ? `/${seq}` : ""}`;
}

/**
 * Return the room and the entry that an address leads to: "" and 0 if to none.
 *
 * @param {string} path
 * @returns {{room: string, seq: number}}
 */
export function placeAt(path) {
  const match = ADDRESS.exec(path);
  try {
    return { room: decodeURIComponent(match?.[1] ?? ""), seq: Number(match?.[2] ?? 0) };
  } catch {
    return { room: "", seq: 0 }; // a percent sign that encodes nothing
  }
}

/** @param {Browser} browser */
export function createPlace(browser) {
  const room = signal("");
  const seq = signal(0);
  /** The join link that the address is of, "" if of none. */
  const link = signal("");
  const beside = signal(/** @type {Beside | null} */ (null));
  /** Counts the jumps, so that one to the same entry is one as well. */
  const jumps = signal(0);
  /** @type {Reading | null} */
  let returnTo = null;
  /** @type {() => Reading | null} */
  let reading = () => null;

  function follow() {
    const at = placeAt(browser.location.pathname);
    const state = /** @type {Partial<State> | null} */ (browser.history.state);
    batch(() => {
      room.value = at.room;
      seq.value = at.seq;
      link.value = browser.location.pathname === JOIN ? browser.location.hash.slice(1) : "";
      beside.value = state?.beside ?? null;
      returnTo = state?.reading ?? null;
      jumps.value += 1;
    });
  }

  /** @param {Partial<State>} changed */
  function replace(changed) {
    const state = /** @type {Partial<State> | null} */ (browser.history.state);
    browser.history.replaceState({ ...state, ...changed }, "");
  }

  browser.addEventListener("popstate", follow);
  follow();

  return {
    room,
    seq,
    link,
    beside,
    jumps,

    /**
     * Go to a room, or to an entry of it.
     *
     * @param {string} to
     * @param {number} [entry]
     */
    go(to, entry = 0) {
      const address = to === "" ? "/" : addressOf(to, entry);
      const isHere = address === browser.location.pathname;
      if (!isHere) {
        replace({ reading: reading() });
        const stays = to === room.value || beside.value?.kind === "search" ? beside.value : null;
        browser.history.pushState({ beside: stays }, "", address);
      }
      follow();
    },

    /** Leave the join link, so that neither Back nor loading the page again leads to it. */
    dropLink() {
      browser.history.replaceState(null, "", "/");
      follow();
    },

    /**
     * Be in a room, instead of where one is.
     *
     * @param {string} to "": in none
     */
    begin(to) {
      browser.history.replaceState({ beside: null }, "", to === "" ? "/" : addressOf(to));
      follow();
    },

    /**
     * Show something beside the room, or nothing.
     *
     * @param {Beside | null} what
     */
    show(what) {
      replace({ beside: what });
      beside.value = what;
    },

    /**
     * Set how to learn which row is being read.
     *
     * @param {() => Reading | null} source
     */
    readBy(source) {
      reading = source;
    },

    /** Return the row that Back leads to, once. @returns {Reading | null} */
    takeReturn() {
      const row = returnTo;
      returnTo = null;
      return row;
    },
  };
}

/**
 * Search beside the room, for these words if any; a search that stands there goes on.
 *
 * @param {Place} place
 * @param {string} [words]
 */
export function openSearch(place, words = "") {
  if (words === "" && place.beside.peek()?.kind === "search") document.getElementById("search-words")?.focus();
  else place.show({ kind: "search", query: { words, room: "", author: "" } });
}
