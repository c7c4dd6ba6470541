/** What concerns the whole page: the line, the storage, a new version; and what happened meanwhile. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { useDoor } from "./context.js";

/** A line that is back within this is not worth a word. */
const PATIENCE_MS = 1_000;
const SECOND_MS = 1_000;

export function Banner() {
  const app = useDoor();
  const { line, outdated, phase, retryNow } = app.session;
  const isOff = line.value.state !== "online" && !(phase.value === "signed-out" && line.value.state === "off");
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isOff) {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(setShown, PATIENCE_MS, true);
    return () => clearTimeout(timer);
  }, [isOff]);
  return html`<div class="banners" role="status">
    ${isOff && isShown && html`<p class="banner">
      <${LineState} /> <button onClick=${() => retryNow()}>${t("line.now")}</button>
    </p>`}
    ${outdated.value &&
    html`<p class="banner">${t("line.outdated")} <button onClick=${() => location.reload()}>${t("line.reload")}</button></p>`}
    ${!app.kept.value && html`<p class="banner">${t("line.notKept")}</p>`}
  </div>`;
}

function LineState() {
  const app = useDoor();
  const { state, retryAt } = app.session.line.value;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAt - now) / SECOND_MS));
  if (state === "waiting" && seconds > 0) return html`<span>${t("line.waiting", { n: seconds })}</span>`;
  return html`<span>${state === "off" ? t("line.off") : t("line.connecting")}</span>`;
}
