/** The door: sign in, or make an account. The password never leaves this page. */

import { html } from "htm/preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { nodes, t } from "../text/index.js";
import { useDoor } from "./context.js";
import { errorText } from "./error-text.js";

/** @typedef {Event & {currentTarget: HTMLInputElement}} Typed */

/** @param {{byLink: boolean}} props byLink: to ask for something that most need an account for first */
export function SignIn({ byLink }) {
  const app = useDoor();
  const welcome = app.session.welcome.value;
  const mayRegister = welcome === null || welcome.registration === "open";
  const [wantsNew, setNew] = useState(byLink);
  const isNew = wantsNew && mayRegister;
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");

  if (!app.session.secure) {
    return html`<main class="door">
      <h1>${t("signIn.insecure")}</h1>
      <p>${t("signIn.insecureWhy")}</p>
      <p>${t("signIn.insecureWhat")}</p>
    </main>`;
  }

  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setFailure("");
    try {
      await (isNew ? app.session.register(name, password) : app.session.signIn(name, password));
    } catch (error) {
      setFailure(errorText(error, isNew ? registering() : {}));
      setBusy(false);
    }
  };
  const toggle = () => {
    setNew(!isNew);
    setFailure("");
  };
  const title = isNew ? t("signIn.register") : t("signIn.title");
  return html`<main class="door">
    <h1>${title}</h1>
    ${byLink && html`<p>${t("signIn.byLink")}</p>`}
    <form onSubmit=${submit}>
      <${Field} label=${t("signIn.name")} value=${name} onValue=${setName} autocomplete="username" isFirst=${true} />
      <${Field} label=${t("signIn.password")} value=${password} onValue=${setPassword} type="password"
        autocomplete=${isNew ? "new-password" : "current-password"} />
      ${failure && html`<p class="failure" role="alert">${failure}</p>`}
      <button class="primary" disabled=${isBusy || name === "" || password === ""}>
        ${isBusy ? t("signIn.busy") : title}
      </button>
    </form>
    ${mayRegister
      ? html`<button class="plain" onClick=${toggle}>${isNew ? t("signIn.haveAccount") : t("signIn.noAccount")}</button>`
      : html`<p class="hint">${t("signIn.closed")}</p>`}
    <p class="hint">${t("signIn.private")}</p>
    ${!isNew && html`<p class="hint">${t("signIn.forgotten")}</p>`}
    ${app.session.accounts.value.map(
      (one) => html`<button class="plain" onClick=${() => app.session.goOn(one)}>${nodes("signIn.goOn", { name: html`<bdi>${one}</bdi>` })}</button>`,
    )}
  </main>`;
}

/** What some codes mean where an account is made. */
function registering() {
  return { bad_request: t("signIn.badName"), conflict: t("signIn.nameTaken"), forbidden: t("signIn.notAccepted") };
}

/**
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.value
 * @param {(value: string) => void} props.onValue
 * @param {AutoFill} props.autocomplete
 * @param {string} [props.type]
 * @param {boolean} [props.isFirst]
 */
function Field({ label, value, onValue, autocomplete, type = "text", isFirst = false }) {
  const id = useId();
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    if (isFirst) field.current?.focus();
  }, []);
  return html`<label for=${id}>${label}</label>
    <input id=${id} ref=${field} type=${type} value=${value} autocomplete=${autocomplete} required
      autocapitalize="none" spellcheck=${false} dir="auto"
      onInput=${(/** @type {Typed} */ event) => onValue(event.currentTarget.value)} />`;
}
