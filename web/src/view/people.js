/** The people of the server, found by the beginnings of their names; a click opens the room of two. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { directRoom } from "../names.js";
import { t } from "../text/index.js";
import { AboutButton } from "./about-button.js";
import { Aside } from "./aside.js";
import { Avatar } from "./avatar.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { addressOf } from "./place.js";

/** @typedef {import("./context.js").Person} Person */

export function PeopleBeside() {
  const { app } = useSurroundings();
  const me = app.session.me.value;
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState(/** @type {readonly Person[]} */ ([]));
  const [failure, setFailure] = useState("");
  const online = app.people.online.value;

  useEffect(() => {
    let isCurrent = true;
    app.people.search(typed).then(
      (people) => {
        if (!isCurrent) return;
        setFound(people);
        setFailure("");
      },
      (error) => isCurrent && setFailure(errorText(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [typed, online]);
  return html`<${Aside} title=${t("people.title")}>
    <input class="filter" type="search" value=${typed} aria-label=${t("people.find")} placeholder=${t("people.find")}
      autocomplete="off" dir="auto"
      onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setTyped(event.currentTarget.value)} />
    ${failure && html`<p class="failure" role="alert">${failure}</p>`}
    <ul class="people">
      ${found.map((person) => {
        const isOnline = online?.has(person.name) ?? person.online;
        const state = isOnline ? t("people.online") : t("people.offline");
        return html`<li key=${person.name}>
          <a href=${person.name === me ? undefined : addressOf(directRoom(me, person.name))}>
            <${Avatar} name=${person.name} isOnline=${isOnline} />
            <bdi>${person.display_name || person.name}</bdi>
            ${person.display_name && html`<small><bdi>${person.name}</bdi></small>`}
            <span class="spoken">${person.name === me ? t("people.you") : state}</span>
          </a>
          ${person.name !== me && html`<${AboutButton} name=${person.name} />`}
        </li>`;
      })}
    </ul>
    ${found.length === 0 && failure === "" && html`<p class="hint" role="status">${t("people.none")}</p>`}
  </${Aside}>`;
}
