/** What can be done about a person, or about a message of theirs. */

import { html } from "htm/preact";

import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { PersonPanel } from "./moderation/person-panel.js";

/** @param {{onClose: () => void}} props */
export function About({ onClose }) {
  const { app, about } = useSurroundings();
  const { name, entry } = about.value;
  const shown = app.people.shown(name);
  const title = html`<bdi>${shown}</bdi>${shown !== name && html` <small><bdi>${name}</bdi></small>`}`;
  return html`<${DialogBox} title=${title} kind="settings" onClose=${onClose}>
    <${PersonPanel} name=${name} entry=${entry} onClose=${onClose} />
  </${DialogBox}>`;
}
