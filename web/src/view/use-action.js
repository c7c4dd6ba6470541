/** What is done with the server, and what it refuses. */

import { useRef, useState } from "preact/hooks";

import { failed } from "./failure.js";

/** @typedef {import("./error-text.js").Special} Special */

/**
 * Return how to do something that the server may refuse, one thing at a time, and what it last said to that.
 *
 * @param {Special} [special] what some codes mean here
 */
export function useAction(special = {}) {
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  const [isBusy, setBusy] = useState(false);
  /** Whoever presses twice is faster than what is shown. */
  const isRunning = useRef(false);
  /** @param {() => unknown} what @returns {Promise<boolean>} whether it was done */
  const run = async (what) => {
    if (isRunning.current) return false;
    isRunning.current = true;
    setBusy(true);
    setFailure("");
    try {
      await what();
      return true;
    } catch (error) {
      setFailure(failed(error, special));
      return false;
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { failure, isBusy, run, reset: () => setFailure("") };
}
