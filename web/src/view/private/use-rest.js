/** Where the focus goes when what had it is gone. */

import { useEffect, useRef } from "preact/hooks";

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
