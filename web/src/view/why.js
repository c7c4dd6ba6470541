/** Why something was refused: the rule, the setting behind it, and when that ends. */

import { html } from "htm/preact";

import { t as common } from "../text/index.js";
import { Explanation, explanation } from "./account/explanation.js";
import { t } from "./account/texts.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { errorText } from "./error-text.js";
import { Failure } from "./failure.js";
import { useAsked } from "./use-asked.js";

/** @param {{onClose: () => void}} props */
export function Why({ onClose }) {
  const { app, why } = useSurroundings();
  const { found, failure } = useAsked(() => explanation(app));
  const code = why.value;
  return html`<${DialogBox} title=${common("error.why")} kind="settings" onClose=${onClose}>
    <${Failure} of=${failure} />
    ${found !== undefined &&
    (found?.code === code
      ? html`<p>${errorText({ code, details: { reset_at: found.until, until: found.until } })}</p><${Explanation} of=${found} />`
      : html`<p>${t("why.lost")}</p>`)}
  </${DialogBox}>`;
}
