/** Somebody in a list: the name leads to the room of two, a button to what can be done about them. */

import { html } from "htm/preact";

import { directRoom } from "../names.js";
import { t } from "../text/index.js";
import { AboutButton } from "./about-button.js";
import { Avatar } from "./avatar.js";
import { useSurroundings } from "./context.js";
import { addressOf } from "./place.js";

/** @param {{name: string, isOnline?: boolean, note?: string, children?: import("preact").ComponentChildren}} props note: what else is said of them */
export function PersonItem({ name, isOnline = false, note = "", children }) {
  const { app } = useSurroundings();
  const me = app.session.me.value;
  const shown = app.people.shown(name);
  const isThere = name === me || (app.people.online.value?.has(name) ?? isOnline);
  return html`<li>
    <a href=${name === me ? undefined : addressOf(directRoom(me, name))}>
      <${Avatar} name=${name} isOnline=${isThere} />
      <bdi>${shown}</bdi>
      ${shown !== name && html`<small><bdi>${name}</bdi></small>`}
      ${note && html`<small>${note}</small>`}
      <span class="spoken">${isThere ? t("people.online") : t("people.offline")}</span>
    </a>
    ${name !== me && html`<${AboutButton} name=${name} />`}
    ${children}
  </li>`;
}
