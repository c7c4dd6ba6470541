/** Dialogs: the browser's own, which keeps the focus inside and gives it back. */

import { html } from "htm/preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { t } from "../text/index.js";
import { Failure } from "./failure.js";
import { Icon } from "./icons.js";

/** @typedef {import("preact").ComponentChildren} Children */

/** @param {{title: Children, kind?: string, onClose: () => void, children?: Children}} props */
export function DialogBox({ title, kind = "", onClose, children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const name = useId();
  useLayoutEffect(() => { // at once: what is typed now is meant for the dialog
    const opener = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    return () => {
      dialog?.close(); // as long as it is open, nothing behind it takes the focus
      const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
      const back = isThere ? opener : document.getElementById("composer");
      back?.blur(); // the browser has focused it, too, but while nothing could be typed there
      back?.focus();
    };
  }, []);
  /** @param {Event} event a click beside the dialog hits the dialog itself, and none of its content */
  const onClick = (event) => event.target === box.current && onClose();
  return html`<dialog ref=${box} class=${kind} aria-labelledby=${name} onClick=${onClick}
    onCancel=${(/** @type {Event} */ event) => { event.preventDefault(); onClose(); }}>
    <div class="content">
      <header>
        <h2 id=${name}>${title}</h2>
        <button class="tool" aria-label=${t("common.close")} onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

/**
 * Ask before something is done that can't be undone.
 *
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.action what the button says
 * @param {() => void} props.onConfirm
 * @param {() => void} props.onClose
 * @param {import("./failure.js").Failed} [props.failure]
 * @param {Children} [props.children]
 */
export function Confirm({ title, action, onConfirm, onClose, failure = "", children }) {
  return html`<${DialogBox} title=${title} kind="confirm" onClose=${onClose}>
    ${children}
    <${Failure} of=${failure} />
    <div class="choices">
      <button autofocus class="danger" onClick=${onConfirm}>${action}</button>
      <button onClick=${onClose}>${t("common.cancel")}</button>
    </div>
  </${DialogBox}>`;
}
