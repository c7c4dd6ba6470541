/**
 * What is kept in this browser: read once, then in memory, written behind, told to the other tabs.
 * Where the browser keeps nothing, all goes on, and `works` says so.
 */

import { signal } from "@preact/signals";

/** @typedef {import("../state/shapes.js").Kept} Kept */

const NAME = "chatd";
const STORE = "kept";

/** @returns {Kept} */
export function browserKept() {
  const works = signal(true);
  /** @type {Map<string, any>} */
  const values = new Map();
  /** @type {((key: string, value: any) => void)[]} */
  const watchers = [];
  const tabs = new BroadcastChannel(NAME);
  /** @type {IDBDatabase | null} */
  let database = null;
  /** @type {Map<string, any>} */
  const unwritten = new Map();

  /** What other tabs have said, which is newer than what was read meanwhile. @type {Set<string>} */
  const told = new Set();

  tabs.addEventListener("message", ({ data: [key, value] }) => {
    told.add(key);
    put(key, value);
    for (const watcher of watchers) watcher(key, value);
  });

  /**
   * @param {string} key
   * @param {any} value
   */
  function put(key, value) {
    if (value === undefined) values.delete(key);
    else values.set(key, value);
  }

  /** What was set together is kept together, or nothing of it. */
  function write() {
    const changes = [...unwritten];
    unwritten.clear();
    try {
      const transaction = database?.transaction(STORE, "readwrite");
      const store = transaction?.objectStore(STORE);
      for (const [key, value] of changes) {
        if (value === undefined) store?.delete(key);
        else store?.put(value, key);
      }
      transaction?.addEventListener("abort", () => {
        works.value = false; // over the quota
      });
      transaction?.commit(); // a page that is left does not live to see its requests answered
    } catch {
      works.value = false; // the browser has closed the database, or cleared it
    }
  }

  return {
    works,
    get: (key) => values.get(key),
    keys: () => [...values.keys()],
    watch: (changed) => void watchers.push(changed),

    set(key, value) {
      put(key, value);
      tabs.postMessage([key, value]);
      if (unwritten.size === 0) queueMicrotask(write);
      unwritten.set(key, value);
    },

    async load() {
      try {
        database = await opened();
        const store = database.transaction(STORE).objectStore(STORE);
        const [keys, found] = await Promise.all([result(store.getAllKeys()), result(store.getAll())]);
        keys.forEach((key, at) => told.has(String(key)) || values.set(String(key), found[at]));
      } catch {
        works.value = false; // private windows of some browsers
      }
    },
  };
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(NAME, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  return result(request);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
