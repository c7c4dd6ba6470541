/** A button that copies a text, and says that it did. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { Icon } from "./icons.js";

const SAID_MS = 1_500;

/** @param {{text: string, label: string}} props */
export function CopyButton({ text, label }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return undefined;
    const timer = setTimeout(setDone, SAID_MS, false);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return html`<button class="copy" aria-label=${label} title=${label} onClick=${copy}>
    ${isDone ? html`<span role="status">${t("entry.copied")}</span>` : html`<${Icon} name="copy" />`}
  </button>`;
}
