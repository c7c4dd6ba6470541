/** Who is online, who there is at all, and whom the user has blocked. */

import { signal } from "@preact/signals";

import { allOf } from "./pages.js";

/** @typedef {import("./shapes.js").Person} Person */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */

/** As many people as are shown at once. */
export const PAGE = 200;

/** Who is shown at once is asked for at once. */
const ASK_MS = 50;
/** As many names as the server takes at once. */
const ASKED_MAX = 100;

/**
 * @param {Pick<Parts, "after">} parts
 * @param {{call: Call}} server
 */
export function createPeople(parts, server) {
  const online = signal(/** @type {ReadonlySet<string> | null} */ (null));
  const count = signal(0);
  const blocked = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** By which other names users want to be shown. */
  const displayNames = signal(/** @type {ReadonlyMap<string, string>} */ (new Map()));
  /** Of whom that is known, or is to be asked for. @type {Set<string>} */
  const asked = new Set();
  /** @type {string[]} */
  let unasked = [];

  /** Ask by which other names those are called who are shown. */
  async function ask() {
    const names = unasked.slice(0, ASKED_MAX);
    unasked = unasked.slice(ASKED_MAX);
    try {
      const { people } = await server.call("people", { names });
      noteAll(people);
      if (unasked.length > 0) parts.after(ask, ASK_MS);
    } catch {
      unasked = [...names, ...unasked]; // asked again after the next sync
    }
  }

  /** @param {readonly Person[]} people */
  const noteAll = (people) => note(people.map(({ name, display_name: shown = "" }) => [name, shown]));

  /** The server has said how users want to be shown. @param {readonly (readonly [name: string, shown: string])[]} pairs */
  function note(pairs) {
    for (const [name] of pairs) asked.add(name);
    const changed = pairs.filter(([name, shown]) => (displayNames.peek().get(name) ?? "") !== shown);
    if (changed.length === 0) return;
    const known = new Map(displayNames.peek());
    for (const [name, shown] of changed) {
      if (shown === "") known.delete(name);
      else known.set(name, shown);
    }
    displayNames.value = known;
  }

  return {
    online,
    count,
    displayNames,
    blocked,
    note,

    /** Return how a user is shown, as soon as that is known. @param {string} name */
    shown(name) {
      if (name !== "" && !asked.has(name)) {
        asked.add(name);
        if (unasked.push(name) === 1) parts.after(ask, ASK_MS);
      }
      return displayNames.value.get(name) ?? name;
    },

    /** @param {{name: string, display_name: string}} notice */
    onDisplayName(notice) {
      note([[notice.name, notice.display_name]]);
    },

    /** Ask who is online: above a page of people it is only told how many. */
    async load() {
      if (unasked.length > 0) ask();
      const page = await server.call("who", { limit: PAGE });
      count.value = page.count;
      note(Object.entries(page.display_names ?? {}));
      online.value = page.next === null ? new Set(page.names) : null;
    },

    async loadBlocked() {
      const names = await allOf(async (after) => {
        const { names: items, next } = await server.call("blocked", { after });
        return { items: /** @type {string[]} */ (items), next };
      }, "");
      blocked.value = new Set(names);
    },

    /** @param {{online: string[], offline: string[], count: number}} delta */
    onPresence(delta) {
      count.value = delta.count;
      if (delta.count > PAGE || online.peek() === null) {
        online.value = null;
        return;
      }
      const names = new Set(online.peek());
      for (const name of delta.online) names.add(name);
      for (const name of delta.offline) names.delete(name);
      online.value = names;
    },

    /**
     * Return the first people whose name begins so, and the online ones among them first.
     *
     * @param {string} prefix
     * @param {number} [limit] how many to return at most
     * @returns {Promise<Person[]>}
     */
    async search(prefix, limit = PAGE) {
      const { people } = await server.call("people", { prefix, limit });
      noteAll(people);
      return people.sort((/** @type {Person} */ one, /** @type {Person} */ other) => Number(other.online) - Number(one.online));
    },
  };
}
