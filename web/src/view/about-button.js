/** Opens what can be done about a person. */

import { html } from "htm/preact";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Icon } from "./icons.js";

/** @param {{name: string}} props */
export function AboutButton({ name }) {
  const { about, dialog } = useSurroundings();
  const open = () => {
    about.value = { name, entry: null };
    dialog.value = "about";
  };
  return html`<button class="tool" aria-label=${t("people.about", { name })} title=${t("entry.about")} onClick=${open}>
    <${Icon} name="flag" />
  </button>`;
}
