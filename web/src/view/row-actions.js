/** What can be done with the entries of a log, and the question before one is deleted. */

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useMemo, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Confirm } from "./dialog.js";
import { beginEdit, beginReply } from "./draft.js";
import { errorText } from "./error-text.js";

/** @typedef {import("./context.js").Entry} Entry */

/**
 * Return what can be done with the rows of a log, and the dialog that asks before one is deleted.
 *
 * @param {string} room
 * @param {string} draftKey of the draft in which is replied and edited
 * @param {string} composer the id of its field
 * @param {boolean} isThread
 */
export function useRowActions(room, draftKey, composer, isThread) {
  const { app, place } = useSurroundings();
  const me = app.session.me.value;
  const active = useSignal(0);
  const [leaving, setLeaving] = useState(/** @type {Entry | null} */ (null));
  const [failure, setFailure] = useState("");
  const at = useMemo(() => {
    const focus = () => document.getElementById(composer)?.focus();
    return {
      me,
      active,
      isThread,
      reply: (/** @type {Entry} */ entry) => {
        beginReply(app.drafts, draftKey, entry.seq);
        focus();
      },
      edit: (/** @type {Entry} */ entry) => {
        beginEdit(app.drafts, draftKey, { seq: entry.seq, text: entry.text ?? "" });
        focus();
      },
      remove: setLeaving,
      openThread: (/** @type {number} */ root) => place.show({ kind: "thread", root }),
    };
  }, [me, room, draftKey]);

  const close = () => {
    setLeaving(null);
    setFailure("");
    document.getElementById(composer)?.focus();
  };
  const remove = async () => {
    try {
      await app.call("delete", { room, seq: leaving?.seq });
      close();
    } catch (error) {
      setFailure(errorText(error));
    }
  };
  const removal =
    leaving !== null &&
    html`<${Confirm} title=${t("delete.title")} action=${t("entry.delete")} onConfirm=${remove} onClose=${close}
      failure=${failure}><p dir="auto">${(leaving.text || leaving.name || "").slice(0, 300)}</p></${Confirm}>`;
  return { at, removal };
}
