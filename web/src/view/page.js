/** The whole page: the door, or what is behind it. */

import { useComputed, useSignalEffect } from "@preact/signals";
import { html } from "htm/preact";
import { useMemo } from "preact/hooks";

import { chosenLanguage, language, setLanguage, t } from "../text/index.js";
import { timeZone } from "../text/times.js";
import { Banner } from "./banner.js";
import { DoorContext } from "./context.js";
import { createPlace, placeAt } from "./place.js";
import { SignIn } from "./sign-in.js";

/** @typedef {import("../state/app.js").Door} Door */
/** @typedef {import("./place.js").Place} Place */

/** @param {{app: Door}} props */
export function Page({ app }) {
  const place = useMemo(() => createPlace(window), []);
  const phase = useComputed(() => app.session.phase.value);
  useLook(app);
  /** @param {MouseEvent} event a click on an address of the page's own does not load the page again */
  const followLink = (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return;
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const { room, seq } = placeAt(link.pathname);
    if (room === "") return;
    event.preventDefault();
    place.go(room, seq);
  };
  return html`<${DoorContext.Provider} value=${app}>
    <div class=${`page ${phase.value} ${place.room.value === "" ? "at-rooms" : "at-room"}`} onClick=${followLink}>
      <${Banner} />
      ${phase.value === "starting" && html`<main class="door hint" aria-busy="true">${t("rooms.loading")}</main>`}
      ${phase.value === "signed-out" && html`<${SignIn} byLink=${place.link.value !== ""} />`}
      ${phase.value === "signed-in" && html`<${Behind} door=${app} place=${place} />`}
    </div>
  </${DoorContext.Provider}>`;
}

/**
 * What is only needed behind the door comes when it is open.
 *
 * @param {{door: Door, place: Place}} props
 */
function Behind({ door, place }) {
  const [Loaded, behind] = [door.Rooms.value, door.behind.value];
  if (Loaded === null || behind === null) return html`<main class="door hint" aria-busy="true">${t("rooms.loading")}</main>`;
  return html`<${Loaded} app=${{ ...door, ...behind }} place=${place} />`;
}

/**
 * Show theme, language and zone as they are set.
 *
 * @param {Door} door
 */
function useLook({ settings, session }) {
  useSignalEffect(() => {
    document.documentElement.dataset.theme = settings.theme.value;
  });
  useSignalEffect(() => {
    setLanguage(chosenLanguage(settings.language.value, navigator.languages)).catch(session.onFailure);
  });
  useSignalEffect(() => {
    document.documentElement.lang = language.value;
  });
  useSignalEffect(() => {
    const server = session.welcome.value?.time_zone || undefined;
    timeZone.value = settings.zone.value === "server" ? server : undefined;
  });
}
