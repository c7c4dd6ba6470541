/** What is on its way: shown below the log until its entry is there. */

import { html } from "htm/preact";

import { isDirect } from "../names.js";
import { giveBack } from "../state/draft.js";
import { moment } from "../text/times.js";
import { t } from "../text/index.js";
import { Avatar } from "./avatar.js";
import { CodeBlock } from "./code-block.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { WhyButton } from "./failure.js";
import { markup } from "./markup.js";

/** @typedef {import("./context.js").Pending} Pending */

/** @param {{pending: Pending, me: string}} props */
export function PendingRow({ pending, me }) {
  const { app } = useSurroundings();
  const { nonce, room, state, text, error } = pending;
  const asks = state === "failed" || state === "old";
  const withdraw = () => {
    app.outbox.discard(nonce);
    giveBack(app.drafts, room, text);
  };
  return html`<article class=${`row pending ${asks ? "asks" : ""}`} aria-label=${`${me}: ${text.slice(0, 200)}`}>
    <div class="gutter"><${Avatar} name=${me} /></div>
    <div class="body">
      <header><bdi class="author">${me}</bdi> <small>${stateText(pending)}</small>
        ${state === "failed" && html`<${WhyButton} code=${error?.code ?? ""} />`}</header>
      <div class="text" dir="auto">${markup(text, { CodeBlock })}</div>
      ${asks &&
      html`<div class="choices">
        <button onClick=${() => app.outbox.retry(nonce)}>${t("pending.retry")}</button>
        <button onClick=${withdraw}>${t("pending.discard")}</button>
      </div>`}
    </div>
  </article>`;
}

/** @param {Pending} pending */
function stateText({ state, room, until, error }) {
  switch (state) {
    case "waiting":
      return t("pending.waiting");
    case "held":
      return t("pending.held", { time: moment(until, Date.now()) });
    case "failed":
      return errorText(error, isDirect(room) ? { forbidden: t("error.blocked") } : {});
    case "old":
      return t("pending.old");
    default:
      return t("pending.sending");
  }
}
