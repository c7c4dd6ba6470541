/** Another password, and the end of the account. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { useSurroundings } from "../context.js";
import { useAction } from "../use-action.js";
import { Field, Panel } from "./parts.js";
import { nodes, t } from "./texts.js";

/** @param {{onClose: () => void}} props */
export function AccountPanel({ onClose }) {
  const { app } = useSurroundings();
  const { failure, isBusy, run } = useAction({ auth_failed: t("account.wrong") });
  return html`<${Panel} title=${t("account.title")} failure=${failure}>
    <p>${nodes("account.name", { name: html`<bdi>${app.session.me.value}</bdi>` })}</p>
    <${Change} run=${run} isBusy=${isBusy} />
    <${Deletion} run=${run} isBusy=${isBusy} onClose=${onClose} />
  </${Panel}>`;
}

/** @typedef {Pick<ReturnType<typeof useAction>, "run" | "isBusy">} Proving a password is proved for what is done */

/** @param {Proving} props */
function Change({ run, isBusy }) {
  const { app } = useSurroundings();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const [isDone, setDone] = useState(false);
  /** @param {Event} event */
  const change = async (event) => {
    event.preventDefault();
    setDone(false);
    if (!(await run(() => app.session.changePassword(old, password)))) return;
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

/** @param {Proving & {onClose: () => void}} props */
function Deletion({ run, isBusy, onClose }) {
  const { app } = useSurroundings();
  const [password, setPassword] = useState("");
  const [posts, setPosts] = useState(false);
  /** @param {Event} event */
  const leave = async (event) => {
    event.preventDefault();
    if (await run(() => app.session.deleteAccount(password, posts))) onClose();
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
