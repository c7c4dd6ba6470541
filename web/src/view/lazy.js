/** Views that are loaded when they are first shown. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";

import { errorText } from "./error-text.js";

/**
 * Return a view that stands for one that is loaded when it is needed.
 *
 * @template {{}} Props
 * @param {() => Promise<import("preact").FunctionComponent<Props>>} load
 * @returns {import("preact").FunctionComponent<Props>}
 */
export function lazy(load) {
  const found = signal(/** @type {import("preact").FunctionComponent<Props> | null} */ (null));
  return function Lazy(props) {
    const [failure, setFailure] = useState("");
    useEffect(() => {
      if (found.peek() !== null) return;
      load().then(
        (view) => {
          found.value = view;
        },
        () => setFailure(errorText({ code: "offline" })),
      );
    }, []);
    if (failure !== "") return html`<p class="failure" role="alert">${failure}</p>`;
    return found.value === null ? null : h(found.value, props);
  };
}
