/** A log's scrolling, as a hook. */

import { useLayoutEffect, useRef } from "preact/hooks";

import { Scroller } from "./scroll.js";

/**
 * Return what to give the viewport and the list as `ref`, and the scroller once they are there.
 *
 * @param {() => void} onMoved what is seen has changed: called before it is painted
 */
export function useScroller(onMoved) {
  const viewport = useRef(/** @type {HTMLDivElement | null} */ (null));
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  const scroller = useRef(/** @type {Scroller | null} */ (null));
  const moved = useRef(onMoved);
  moved.current = onMoved;

  useLayoutEffect(() => {
    if (viewport.current === null || list.current === null) return undefined;
    const made = new Scroller(viewport.current, list.current);
    scroller.current = made;
    const scrolled = () => {
      made.onScroll();
      moved.current();
    };
    const sizes = new ResizeObserver(() => {
      made.restore();
      moved.current();
    });
    sizes.observe(viewport.current);
    sizes.observe(list.current);
    viewport.current.addEventListener("scroll", scrolled, { passive: true });
    return () => sizes.disconnect();
  }, []);

  return { viewport, list, scroller };
}
