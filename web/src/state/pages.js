/** Lists that come in pages. */

/**
 * Return all items of a list. Throws Refusal.
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
