/** A block of code: copied by a button, and folded when it is long. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { t } from "../text/index.js";
import { CopyButton } from "./copy-button.js";

const FOLDED_LINES = 16;
/** A block that is a little longer is not worth a button. */
const LINES_MAX = 24;

/** @param {{text: string, language: string}} props */
export function CodeBlock({ text, language }) {
  const [isOpen, setOpen] = useState(false);
  const lines = text.split("\n");
  const isFolded = lines.length > LINES_MAX && !isOpen;
  const shown = isFolded ? lines.slice(0, FOLDED_LINES).join("\n") : text;
  const more = lines.length - FOLDED_LINES;
  return html`<div class="code" dir="ltr">
    <pre tabindex="0" aria-label=${language || t("entry.code")}><code>${shown}</code></pre>
    <${CopyButton} text=${text} label=${t("entry.copyCode")} />
    ${isFolded &&
    html`<button class="fold" onClick=${() => setOpen(true)}>${t("entry.moreLines", { n: more })}</button>`}
  </div>`;
}
