/** What a panel asks the server for, and what goes wrong in it. */

import { useEffect, useState } from "preact/hooks";

import { failed } from "../failure.js";

/**
 * Return what the server says, undefined before it has, asked again after each thing done.
 *
 * @template Found
 * @param {() => Promise<Found>} ask
 */
export function useAsked(ask) {
  const [found, setFound] = useState(/** @type {Found | undefined} */ (undefined));
  const [failure, setFailure] = useState(/** @type {import("../failure.js").Failed} */ (""));

  /**
   * Do something, then ask again. Returns whether it went well.
   *
   * @param {() => Promise<unknown>} what
   */
  const act = async (what) => {
    try {
      await what();
      setFound(await ask());
      setFailure("");
      return true;
    } catch (error) {
      setFailure(failed(error));
      return false;
    }
  };
  useEffect(() => {
    act(async () => {});
  }, []);
  return { found, failure, act };
}

/**
 * Return all items of a list that comes in pages.
 *
 * @template Item
 * @param {(after: any) => Promise<{items: Item[], next: unknown}>} ask for the page behind a place
 * @param {unknown} start
 * @returns {Promise<Item[]>}
 */
export async function allOf(ask, start) {
  /** @type {Item[]} */
  const all = [];
  for (let after = start; after !== null; ) {
    const { items, next } = await ask(after);
    all.push(...items);
    after = next ?? null;
  }
  return all;
}
