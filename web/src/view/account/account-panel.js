/** Another password, and the end of the account. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { useSurroundings } from "../context.js";
import { failed } from "../failure.js";
import { Field, Panel } from "./parts.js";
import { nodes, t } from "./texts.js";

/** @typedef {import("../error-text.js").Failure} Failure */

/** @param {{onClose: () => void}} props */
export function AccountPanel({ onClose }) {
  const { app } = useSurroundings();
  const [failure, setFailure] = useState(/** @type {import("../failure.js").Failed} */ (""));
  const [isBusy, setBusy] = useState(false);
  /**
   * Do something for which a password is proved; return whether it went well.
   *
   * @param {Event} event
   * @param {() => Promise<void>} what
   */
  const attempt = async (event, what) => {
    event.preventDefault();
    if (isBusy) return false;
    setBusy(true);
    setFailure("");
    try {
      await what();
      return true;
    } catch (error) {
      const { code } = /** @type {Failure} */ (error);
      setFailure(code === "auth_failed" ? t("account.wrong") : failed(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return html`<${Panel} title=${t("account.title")} failure=${failure}>
    <p>${nodes("account.name", { name: html`<bdi>${app.session.me.value}</bdi>` })}</p>
    <${Change} attempt=${attempt} isBusy=${isBusy} />
    <${Deletion} attempt=${attempt} isBusy=${isBusy} onClose=${onClose} />
  </${Panel}>`;
}

/** @typedef {{attempt: (event: Event, what: () => Promise<void>) => Promise<boolean>, isBusy: boolean}} Attempting */

/** @param {Attempting} props */
function Change({ attempt, isBusy }) {
  const { app } = useSurroundings();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [isDone, setDone] = useState(false);
  /** @param {Event} event */
  const change = async (event) => {
    setDone(false);
    if (!(await attempt(event, () => app.session.changePassword(old, password)))) return;
    setOld("");
    setPassword("");
    setDone(true);
  };
  return html`<h4>${t("password.title")}</h4>
    <form onSubmit=${change}>
      <${Field} label=${t("password.old")} value=${old} onValue=${setOld} type="password" autocomplete="current-password" />
      <${Field} label=${t("password.new")} value=${password} onValue=${setPassword} type="password" autocomplete="new-password" />
      <button disabled=${isBusy || old === "" || password === ""}>${t("password.change")}</button>
    </form>
    ${isDone ? html`<p role="status">${t("password.done")}</p>` : html`<p class="hint">${t("password.hint")}</p>`}`;
}

/** @param {Attempting & {onClose: () => void}} props */
function Deletion({ attempt, isBusy, onClose }) {
  const { app } = useSurroundings();
  const [password, setPassword] = useState("");
  const [posts, setPosts] = useState(false);
  /** @param {Event} event */
  const leave = async (event) => {
    if (await attempt(event, () => app.session.deleteAccount(password, posts))) onClose();
  };
  return html`<details>
    <summary>${t("deletion.title")}</summary>
    <p>${t("deletion.hint")}</p>
    <form onSubmit=${leave}>
      <label class="check">
        <input type="checkbox" checked=${posts}
          onChange=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setPosts(event.currentTarget.checked)} />
        ${t("deletion.posts")}
      </label>
      <${Field} label=${t("deletion.password")} value=${password} onValue=${setPassword} type="password" autocomplete="current-password" />
      <button class="danger" disabled=${isBusy || password === ""}>${t("deletion.delete")}</button>
    </form>
  </details>`;
}
