/** Views that are loaded when they are first shown. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { h } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { useDoor } from "./context.js";
import { errorText } from "./error-text.js";
import { Icon } from "./icons.js";

/**
 * Return a view that stands for one of a part of the page.
 *
 * @template {Record<string, any>} Part
 * @template {keyof Part} Name
 * @param {() => Promise<Part>} load
 * @param {Name} name
 * @returns {Part[Name]}
 */
export function lazyOf(load, name) {
  return /** @type {Part[Name]} */ (lazy(async () => (await load())[name]));
}

/**
 * Return a view that stands for one that is loaded when it is needed. Where that fails, it says so,
 * and tries again when asked to.
 *
 * @template {{}} Props
 * @param {() => Promise<import("preact").FunctionComponent<Props>>} load
 * @returns {import("preact").FunctionComponent<Props>}
 */
export function lazy(load) {
  const found = signal(/** @type {import("preact").FunctionComponent<Props> | null} */ (null));
  return function Lazy(props) {
    const { session } = useDoor();
    const { onClose } = /** @type {{onClose?: () => void}} */ (props);
    const [failure, setFailure] = useState(/** @type {unknown} */ (null));
    const waiting = useRef(/** @type {HTMLElement | null} */ (null));
    const attempt = async () => {
      setFailure(null);
      try {
        found.value = await load();
      } catch (error) {
        session.onFailure(error);
        setFailure(error);
      }
    };
    useLayoutEffect(() => { // at once: what is typed now is meant for what comes, and must not be sent
      if (document.activeElement?.matches("input, textarea")) waiting.current?.focus();
    }, []);
    useEffect(() => {
      if (found.peek() === null) attempt();
    }, []);
    if (found.value !== null) return h(found.value, props);
    if (failure === null) return html`<span ref=${waiting} class="spoken" tabindex="-1" aria-busy="true"></span>`;
    return html`<div class="notes" role="alert">
      <div class="note">
        <p>${errorText(failure)}</p>
        <button ref=${focusIfLost} onClick=${attempt}>${t("log.retry")}</button>
        ${onClose &&
        html`<button class="tool" aria-label=${t("common.close")} onClick=${onClose}><${Icon} name="close" /></button>`}
      </div>
    </div>`;
  };
}

/** @param {HTMLElement | null} button */
function focusIfLost(button) {
  if (document.activeElement === document.body) button?.focus();
}
