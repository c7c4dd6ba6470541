/** Settings: of this browser, with the way out, and those of the account, which come when looked at. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { LANGUAGES, t } from "../text/index.js";
import { AccountPanel } from "./account/account-panel.js";
import { BlockedPanel } from "./account/blocked-panel.js";
import { DevicesPanel } from "./account/devices-panel.js";
import { HooksPanel } from "./account/hooks-panel.js";
import { LimitsPanel } from "./account/limits-panel.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { Failure, failed } from "./failure.js";
import { ReportsPanel } from "./moderation/reports-panel.js";

/** @typedef {Event & {currentTarget: HTMLSelectElement}} Selected */
/** @typedef {import("preact").ComponentType<{onClose: () => void}>} Panel */

/** @type {readonly [panel: Panel, title: import("../text/index.js").Key][]} */
const PANELS = Object.freeze([
  [PagePanel, "settings.page"],
  [AccountPanel, "settings.account"],
  [DevicesPanel, "settings.devices"],
  [HooksPanel, "settings.hooks"],
  [LimitsPanel, "settings.limits"],
  [BlockedPanel, "settings.blocked"],
  [ReportsPanel, "settings.reports"],
]);

/** @param {{onClose: () => void, first?: Panel}} props */
export function Settings({ onClose, first = PagePanel }) {
  const { app } = useSurroundings();
  const [Shown, setShown] = useState(() => first);
  const [isAdministrator, setAdministrator] = useState(first === ReportsPanel);
  useEffect(() => {
    app.call("status").then(
      ({ administrator }) => setAdministrator(administrator === true),
      () => {}, // without a line there is nothing to decide
    );
  }, []);
  const panels = PANELS.filter(([one]) => one !== ReportsPanel || isAdministrator);
  return html`<${DialogBox} title=${t("settings.title")} kind="settings" onClose=${onClose}>
    <nav aria-label=${t("settings.title")}>
      ${panels.map(
        ([one, title]) => html`<button aria-current=${one === Shown} onClick=${() => setShown(() => one)}>${t(title)}</button>`,
      )}
    </nav>
    <${Shown} onClose=${onClose} />
  </${DialogBox}>`;
}

/** The settings, with the reports for administrators. @param {{onClose: () => void}} props */
export function Reports({ onClose }) {
  return html`<${Settings} first=${ReportsPanel} onClose=${onClose} />`;
}

/** @param {{onClose: () => void}} props */
function PagePanel({ onClose }) {
  const { app } = useSurroundings();
  const { settings, session } = app;
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  const themes = { auto: t("settings.auto"), light: t("settings.light"), dark: t("settings.dark") };
  const languages = { "": t("settings.auto"), ...LANGUAGES };
  const zones = { browser: t("settings.zoneBrowser"), server: t("settings.zoneServer") };
  const [name, setName] = useState(app.people.displayNames.peek().get(session.me.peek()) ?? "");
  const rename = async (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      await app.call("display-name", { display_name: name });
      setFailure("");
    } catch (error) {
      setFailure(failed(error, { bad_request: "settings.badName", conflict: "settings.badName" }));
    }
  };
  const signOut = async () => {
    try {
      await session.signOut();
      onClose();
    } catch (error) {
      setFailure(failed(error));
    }
  };
  return html`
    <${Choice} label=${t("settings.theme")} value=${settings.theme.value} choices=${themes}
      onValue=${(/** @type {string} */ value) => settings.set("theme", value)} />
    <${Choice} label=${t("settings.language")} value=${settings.language.value} choices=${languages}
      onValue=${(/** @type {string} */ value) => settings.set("language", value)} />
    <${Choice} label=${t("settings.zone")} value=${settings.zone.value} choices=${zones}
      onValue=${(/** @type {string} */ value) => settings.set("zone", value)} />
    <form class="choice" onSubmit=${rename}>
      <label for="display-name">${t("settings.name")}</label>
      <input id="display-name" value=${name} placeholder=${session.me.value} autocomplete="off" dir="auto"
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setName(event.currentTarget.value)} />
      <button>${t("settings.save")}</button>
    </form>
    <${Failure} of=${failure} />
    <div class="choices">
      <button onClick=${signOut}>${t("settings.signOut")}</button>
      <a href="/?another" target="_blank" rel="noopener">${t("settings.another")}</a>
    </div>
    <p class="hint">${t("settings.server", { version: session.welcome.value?.server_version ?? "" })}</p>
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
