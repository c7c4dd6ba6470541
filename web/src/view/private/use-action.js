/** What a part does when something is done in it: it tells what was refused, and keeps the focus. */

import { useEffect, useRef, useState } from "preact/hooks";

import { failed } from "../failure.js";

/** @typedef {import("../error-text.js").Special} Special */

/**
 * Return how to do something that the server may refuse, and what it last said to that.
 *
 * @param {Special} [special] what some codes mean here
 */
export function useAction(special = {}) {
  const [failure, setFailure] = useState(/** @type {import("../failure.js").Failed} */ (""));
  const isBusy = useRef(false);
  /** @param {() => Promise<unknown>} what @returns {Promise<boolean>} whether it was done */
  const run = async (what) => {
    if (isBusy.current) return false;
    isBusy.current = true;
    setFailure("");
    try {
      await what();
      return true;
    } catch (error) {
      setFailure(failed(error, special));
      return false;
    } finally {
      isBusy.current = false;
    }
  };
  return { failure, run, reset: () => setFailure("") };
}

/**
 * Return a ref for a part: when the button that had the focus is gone with its row, the focus goes
 * to what has `data-rest` in the part.
 */
export function useRest() {
  const part = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const box = part.current;
    if (box === null) return undefined;
    /** @type {Node | null} */
    let last = null;
    const observer = new MutationObserver(() => {
      if (last === null || last.isConnected || document.activeElement !== document.body) return;
      last = null;
      const rest = box.querySelector("[data-rest]");
      if (rest instanceof HTMLElement) rest.focus();
    });
    /** @param {FocusEvent} event */
    const onFocus = ({ target }) => {
      last = target instanceof Node ? target : null;
    };
    box.addEventListener("focusin", onFocus);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("focusin", onFocus);
    };
  }, []);
  return part;
}
