/** What stands beside the room: closed by its button or Esc, which lead back to where one writes. */

import { html } from "htm/preact";
import { useId } from "preact/hooks";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Icon } from "./icons.js";

/** @param {{title: string, children?: import("preact").ComponentChildren}} props */
export function Aside({ title, children }) {
  const { place } = useSurroundings();
  const name = useId();
  const close = () => {
    place.show(null);
    // Without a room there is nowhere to write.
    const back = document.getElementById("composer") ?? document.querySelector(".sidebar a, .sidebar button");
    if (back instanceof HTMLElement) back.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key === "Escape") close();
  };
  return html`<aside class="beside" aria-labelledby=${name} onKeyDown=${onKeyDown}>
    <header class="bar">
      <h2 id=${name}>${title}</h2>
      <button class="tool" aria-label=${t("common.close")} title=${t("common.close")} onClick=${close}>
        <${Icon} name="close" />
      </button>
    </header>
    ${children}
  </aside>`;
}
