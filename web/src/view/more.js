/** Parts of the page that are loaded when they are first shown. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { t } from "../text/index.js";

/** @typedef {typeof import("../more.js")} Parts */

const parts = signal(/** @type {Parts | null} */ (null));
const isLost = signal(false);

async function load() {
  try {
    parts.value = await import("../more.js");
    isLost.value = false;
  } catch {
    isLost.value = true; // no line, or a server with a newer page
  }
}

/** @param {{part: keyof Parts} & Readonly<Record<string, unknown>>} props */
export function More({ part, ...props }) {
  useEffect(() => {
    if (parts.peek() === null) load();
  }, []);
  if (parts.value !== null) {
    const Part = /** @type {import("preact").ComponentType<any>} */ (parts.value[part]);
    return html`<${Part} ...${props} />`;
  }
  if (!isLost.value) return html`<p class="hint" aria-busy="true">${t("rooms.loading")}</p>`;
  return html`<p class="failure" role="alert">${t("error.offline")}</p>
    <button onClick=${load}>${t("log.retry")}</button>`;
}
