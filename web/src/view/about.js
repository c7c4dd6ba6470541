/** What can be done about a person, or about a message of theirs. */

import { html } from "htm/preact";

import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { PersonPanel } from "./moderation/person-panel.js";

/** @param {{onClose: () => void}} props */
export function About({ onClose }) {
  const { about } = useSurroundings();
  const { name, entry } = about.value;
  return html`<${DialogBox} title=${html`<bdi>${name}</bdi>`} kind="settings" onClose=${onClose}>
    <${PersonPanel} name=${name} entry=${entry} onClose=${onClose} />
  </${DialogBox}>`;
}
