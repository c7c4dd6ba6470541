/** What was refused, in the reader's words, and a way to the rule behind it. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";

/** @typedef {import("./error-text.js").Special} Special */
/** @typedef {string | {text: string, code: string}} Failed what to say of it; "": nothing was refused */

/** What more can be said of than the words say: which setting, and until when. */
const EXPLAINED = new Set(["banned", "conflict", "forbidden", "rate_limited", "storage_full", "too_large"]);

/**
 * Return what to say of an error.
 *
 * @param {unknown} error a Refusal
 * @param {Special} [special]
 * @returns {Failed}
 */
export function failed(error, special) {
  const { code = "" } = /** @type {{code?: string}} */ (error ?? {});
  return { text: errorText(error, special), code };
}

/** @param {{of: Failed}} props */
export function Failure({ of }) {
  if (of === "") return null;
  const { text, code } = typeof of === "string" ? { text: of, code: "" } : of;
  return html`<div class="failure"><span role="alert">${text}</span> <${WhyButton} code=${code} /></div>`;
}

/** @param {{code: string}} props */
export function WhyButton({ code }) {
  const { why } = useSurroundings();
  const ask = () => {
    why.value = code;
  };
  return EXPLAINED.has(code) && html`<button type="button" class="plain" onClick=${ask}>${t("error.why")}</button>`;
}
