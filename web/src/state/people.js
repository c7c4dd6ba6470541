/** Who is online, who there is at all, and whom the user has blocked. */

import { signal } from "@preact/signals";

import { allOf } from "./pages.js";

/** @typedef {import("./shapes.js").Person} Person */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */

const PAGE = 200;

/** @param {{call: Call}} server */
export function createPeople(server) {
  const online = signal(/** @type {ReadonlySet<string> | null} */ (null));
  const count = signal(0);
  const blocked = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** By which other names users want to be shown. */
  const displayNames = signal(/** @type {ReadonlyMap<string, string>} */ (new Map()));

  /** The server has said how users want to be shown. @param {readonly (readonly [name: string, shown: string])[]} pairs */
  function note(pairs) {
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

    /** Return how a user is shown. @param {string} name */
    shown: (name) => displayNames.value.get(name) ?? name,

    /** @param {{name: string, display_name: string}} notice */
    onDisplayName(notice) {
      note([[notice.name, notice.display_name]]);
    },

    /** Ask who is online: above a page of people it is only told how many. */
    async load() {
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
      note(people.map((/** @type {Person} */ one) => [one.name, one.display_name ?? ""]));
      return people.sort((/** @type {Person} */ one, /** @type {Person} */ other) => Number(other.online) - Number(one.online));
    },
  };
}
