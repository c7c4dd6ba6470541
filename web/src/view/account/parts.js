/** What all panels of the settings are made of. */

import { html } from "htm/preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { CopyButton } from "../copy-button.js";
import { Failure } from "../failure.js";
import { t } from "./texts.js";

/** @typedef {import("preact").ComponentChildren} Children */
/** @typedef {Event & {currentTarget: HTMLInputElement}} Typed */

/** @param {{title: string, failure?: import("../failure.js").Failed, children?: Children}} props */
export function Panel({ title, failure = "", children }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const name = useId();
  // What had the focus may be gone with what was done.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) box.current?.focus();
  });
  return html`<section ref=${box} class="panel" tabindex="-1" aria-labelledby=${name}>
    <h3 id=${name}>${title}</h3>
    ${children}
    <${Failure} of=${failure} />
  </section>`;
}

/**
 * A button that does something at the second press only.
 *
 * @param {{label: string, of: string, onSure: () => void, disabled?: boolean}} props of: what it is done to
 */
export function Sure({ label, of, onSure, disabled = false }) {
  const [isAsked, setAsked] = useState(false);
  const press = () => {
    setAsked(!isAsked);
    if (isAsked) onSure();
  };
  const text = isAsked ? t("sure", { action: label }) : label;
  return html`<button type="button" class=${isAsked ? "danger" : ""} aria-label=${`${text}: ${of}`} disabled=${disabled} onClick=${press}
    onBlur=${() => setAsked(false)}>${text}</button>`;
}

/**
 * What is shown this once.
 *
 * @param {{label: string, text: string}} props
 */
export function Secret({ label, text }) {
  const id = useId();
  return html`<div class="secret" role="status">
    <label for=${id}>${label}</label>
    <div>
      <input id=${id} readonly value=${text} dir="ltr" onFocus=${(/** @type {Typed} */ event) => event.currentTarget.select()} />
      <${CopyButton} text=${text} label=${t("copy")} />
    </div>
    <p class="hint">${t("once")}</p>
  </div>`;
}

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.value
 * @param {(value: string) => void} props.onValue
 * @param {string} [props.type]
 * @param {AutoFill} [props.autocomplete]
 * @param {number} [props.longest]
 */
export function Field({ label, value, onValue, type = "text", autocomplete = "off", longest = undefined }) {
  const id = useId();
  return html`<label for=${id}>${label}</label>
    <input id=${id} type=${type} value=${value} autocomplete=${autocomplete} maxlength=${longest} required dir="auto"
      onInput=${(/** @type {Typed} */ event) => onValue(event.currentTarget.value)} />`;
}
