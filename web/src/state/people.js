/** Who is online, and who is known by name. */

import { signal } from "@preact/signals";

import { foldName, isDirect, otherOf } from "../names.js";

/** @typedef {import("./shapes.js").Person} Person */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */

const PAGE = 200;

/**
 * @param {{call: Call, me: {peek(): string}}} server
 * @param {() => readonly {room: string}[]} rooms
 */
export function createPeople(server, rooms) {
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
     * Return the people whose name begins so: those who are online, and those one has written with.
     *
     * @param {string} prefix
     * @returns {Promise<Person[]>}
     */
    async search(prefix) {
      const wanted = foldName(prefix);
      const present = online.peek() ?? new Set();
      const partners = rooms().filter(({ room }) => isDirect(room)).map(({ room }) => otherOf(room, server.me.peek()));
      const names = [...new Set([...present, ...partners])].filter((name) => name.startsWith(wanted)).sort();
      return names.map((name) => ({ name, online: present.has(name) }));
    },
  };
}
