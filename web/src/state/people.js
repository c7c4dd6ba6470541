/** Who is online, and who there is at all. */

import { signal } from "@preact/signals";

/** @typedef {import("./shapes.js").Person} Person */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */

const PAGE = 200;

/** @param {{call: Call}} server */
export function createPeople(server) {
  const online = signal(/** @type {ReadonlySet<string> | null} */ (null));
  const count = signal(0);

  return {
    online,
    count,

    /** Ask who is online: above a page of people it is only told how many. */
    async load() {
      const page = await server.call("who", { limit: PAGE });
      count.value = page.count;
      online.value = page.next === null ? new Set(page.names) : null;
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
     * @returns {Promise<Person[]>}
     */
    async search(prefix) {
      const { people } = await server.call("people", { prefix, limit: PAGE });
      return people.sort((/** @type {Person} */ one, /** @type {Person} */ other) => Number(other.online) - Number(one.online));
    },
  };
}
