/** What a part of the page asks the server for, and what is done about it. */

import { useEffect, useState } from "preact/hooks";

import { useAction } from "./use-action.js";

/**
 * Return what the server says, undefined before it has, asked again after each thing done.
 *
 * @template Found
 * @param {() => Promise<Found>} ask
 */
export function useAsked(ask) {
  const [found, setFound] = useState(/** @type {Found | undefined} */ (undefined));
  const asking = useAction();
  const doing = useAction();
  const load = async () => setFound(await ask());

  /**
   * Do something, then ask again. Returns whether it went well.
   *
   * @param {() => Promise<unknown>} what
   */
  const act = (what) =>
    doing.run(async () => {
      await what();
      await load();
      asking.reset();
    });
  useEffect(() => void asking.run(load), []);
  return { found, failure: doing.failure || asking.failure, act };
}
