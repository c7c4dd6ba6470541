/** Settings: of this browser, with the way out, and those of the account, which come when looked at. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { t as say } from "../text/settings-words.js";
import { AccountPanel } from "./account/account-panel.js";
import { BlockedPanel } from "./account/blocked-panel.js";
import { DevicesPanel } from "./account/devices-panel.js";
import { HooksPanel } from "./account/hooks-panel.js";
import { LimitsPanel } from "./account/limits-panel.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { ReportsPanel } from "./moderation/reports-panel.js";
import { PagePanel } from "./page-panel.js";

/** @typedef {import("preact").ComponentType<{onClose: () => void}>} Panel */

/** @type {readonly [panel: Panel, title: "page" | "account" | "devices" | "hooks" | "limits" | "blocked" | "reports"][]} */
const PANELS = Object.freeze([
  [PagePanel, "page"],
  [AccountPanel, "account"],
  [DevicesPanel, "devices"],
  [HooksPanel, "hooks"],
  [LimitsPanel, "limits"],
  [BlockedPanel, "blocked"],
  [ReportsPanel, "reports"],
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
        ([one, title]) => html`<button aria-current=${one === Shown} onClick=${() => setShown(() => one)}>${title === "reports" ? t("settings.reports") : say(title)}</button>`,
      )}
    </nav>
    <${Shown} onClose=${onClose} />
  </${DialogBox}>`;
}

/** The settings, with the reports for administrators. @param {{onClose: () => void}} props */
export function Reports({ onClose }) {
  return html`<${Settings} first=${ReportsPanel} onClose=${onClose} />`;
}
