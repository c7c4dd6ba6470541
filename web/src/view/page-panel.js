/** The settings of this browser, and the way out. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { askPermission, permissionNow } from "../net/notices.js";
import { installer } from "../shell.js";
import { LANGUAGES } from "../text/index.js";
import { t as say } from "../text/settings-words.js";
import { useSurroundings } from "./context.js";
import { Failure } from "./failure.js";
import { useAction } from "./use-action.js";

/** @typedef {Event & {currentTarget: HTMLSelectElement}} Selected */

/** @param {{onClose: () => void}} props */
export function PagePanel({ onClose }) {
  const { app } = useSurroundings();
  const { settings, session } = app;
  const themes = { auto: say("auto"), light: say("light"), dark: say("dark") };
  const languages = { "": say("auto"), ...LANGUAGES };
  const notifications = { never: say("never"), personal: say("personal"), every: say("every") };
  const marks = { seen: say("seen"), hand: say("hand") };
  const zones = { browser: say("zoneBrowser"), server: say("zoneServer") };
  const [name, setName] = useState(app.people.displayNames.peek().get(session.me.peek()) ?? "");
  const renaming = useAction({ bad_request: say("badName"), conflict: say("badName") });
  const rename = (/** @type {Event} */ event) => {
    event.preventDefault();
    renaming.run(() => app.call("display-name", { display_name: name }));
  };
  const [permission, setPermission] = useState(permissionNow);
  /** Browsers want to be asked on a click, and answer for good. @param {string} value */
  const setNotifications = async (value) => {
    settings.set("notifications", value);
    if (value !== "never") setPermission(await askPermission());
  };
  const install = () => {
    installer.peek()?.prompt(); // once: the browser tells when it may be asked again
    installer.value = null;
  };
  const leaving = useAction();
  const signOut = () =>
    leaving.run(async () => {
      await session.signOut();
      onClose();
    });
  return html`
    <${Choice} label=${say("theme")} value=${settings.theme.value} choices=${themes}
      onValue=${(/** @type {string} */ value) => settings.set("theme", value)} />
    <${Choice} label=${say("language")} value=${settings.language.value} choices=${languages}
      onValue=${(/** @type {string} */ value) => settings.set("language", value)} />
    <${Choice} label=${say("zone")} value=${settings.zone.value} choices=${zones}
      onValue=${(/** @type {string} */ value) => settings.set("zone", value)} />
    <${Choice} label=${say("notifications")} value=${settings.notifications.value} choices=${notifications}
      onValue=${setNotifications} />
    ${settings.notifications.value !== "never" &&
    permission !== "granted" &&
    permission !== "default" &&
    html`<p class="failure" role="status">${permission === "denied" ? say("refused") : say("impossible")}</p>`}
    <${Choice} label=${say("marks")} value=${settings.marks.value} choices=${marks}
      onValue=${(/** @type {string} */ value) => settings.set("marks", value)} />
    <form class="choice" onSubmit=${rename}>
      <label for="display-name">${say("name")}</label>
      <input id="display-name" value=${name} placeholder=${session.me.value} autocomplete="off" dir="auto"
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setName(event.currentTarget.value)} />
      <button>${say("save")}</button>
    </form>
    <${Failure} of=${renaming.failure || leaving.failure} />
    <div class="choices">
      ${installer.value !== null && html`<button onClick=${install}>${say("install")}</button>`}
      <button onClick=${signOut}>${say("signOut")}</button>
      <a href="/?another" target="_blank" rel="noopener">${say("another")}</a>
    </div>
    <p class="hint">${say("server", { version: session.welcome.value?.server_version ?? "" })}</p>
  `;
}

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.value
 * @param {Readonly<Record<string, string>>} props.choices
 * @param {(value: string) => void} props.onValue
 */
function Choice({ label, value, choices, onValue }) {
  return html`<label class="choice">${label}
    <select value=${value} onChange=${(/** @type {Selected} */ event) => onValue(event.currentTarget.value)}>
      ${Object.entries(choices).map(
        ([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`,
      )}
    </select>
  </label>`;
}
