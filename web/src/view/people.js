/** The people of the server, found by the beginnings of their names; a click opens the room of two. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { PAGE } from "../state/people.js";
import { t } from "../text/index.js";
import { Aside } from "./aside.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { PersonItem } from "./person-item.js";

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
      ${found.map(
        ({ name, online: isOnline }) => html`<${PersonItem} key=${name} name=${name} isOnline=${isOnline} note=${name === me ? t("people.you") : ""} />`,
      )}
    </ul>
    ${found.length === PAGE && html`<p class="hint">${t("people.more")}</p>`}
    ${found.length === 0 && failure === "" && html`<p class="hint" role="status">${t("people.none")}</p>`}
  </${Aside}>`;
}
