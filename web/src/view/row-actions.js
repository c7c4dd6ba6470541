/** What can be done with the entries of a log, and the question before one is deleted. */

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { h } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { beginEdit, beginReply } from "../state/draft.js";
import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { Confirm } from "./dialog.js";
import { Failure, failed } from "./failure.js";
import { lazy } from "./lazy.js";
import { loadEmoji } from "./load-emoji.js";
import { hasReacted } from "./reactions.js";

/** @typedef {import("./context.js").Entry} Entry */

const FAILURE_MS = 6_000;
const EmojiPicker = lazy(async () => {
  const { EmojiPicker: Picker, own } = await loadEmoji();
  return (/** @type {{onPick: (emoji: string) => void, onClose: () => void}} */ props) => h(Picker, { ...props, own });
});

/**
 * Return what can be done with the rows of a log, and the dialog that asks before one is deleted.
 *
 * @param {string} room
 * @param {string} draftKey of the draft in which is replied and edited
 * @param {string} composer the id of its field
 * @param {boolean} isThread
 */
export function useRowActions(room, draftKey, composer, isThread) {
  const { app, place, about, dialog } = useSurroundings();
  const me = app.session.me.value;
  const active = useSignal(0);
  const [leaving, setLeaving] = useState(/** @type {Entry | null} */ (null));
  const [picking, setPicking] = useState(/** @type {Entry | null} */ (null));
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
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
      react: (/** @type {Entry} */ entry, /** @type {string} */ emoji) =>
        attempt("react", { room, seq: entry.seq, emoji, remove: hasReacted(entry, emoji, me) }),
      pickReaction: setPicking,
      whoReacted: (/** @type {Entry} */ entry) => {
        about.value = { name: "", entry };
        dialog.value = "reactions";
      },
      pin: (/** @type {Entry} */ entry) => attempt(entry.pinned_by ? "unpin" : "pin", { room, seq: entry.seq }),
      unreadFrom: (/** @type {Entry} */ entry) => attempt("unread-from", { room, seq: entry.seq }),
      about: (/** @type {Entry} */ entry) => {
        about.value = { name: entry.author ?? "", entry };
        dialog.value = "about";
      },
      openThread: (/** @type {number} */ root) => place.show({ kind: "thread", root }),
    };
  }, [me, room, draftKey]);

  useEffect(() => {
    if (failure === "" || leaving !== null) return undefined;
    const timer = setTimeout(setFailure, FAILURE_MS, "");
    return () => clearTimeout(timer);
  }, [failure, leaving]);

  /** Several may be under way. @param {string} method @param {Record<string, unknown>} params */
  async function attempt(method, params) {
    try {
      await app.call(method, params);
      setFailure("");
      return true;
    } catch (error) {
      setFailure(failed(error));
      return false;
    }
  }

  const close = () => {
    setLeaving(null);
    setFailure("");
    document.getElementById(composer)?.focus();
  };
  const remove = async () => {
    if (await attempt("delete", { room, seq: leaving?.seq })) close();
  };
  const removal =
    leaving === null
      ? html`<${Failure} of=${failure} />`
      : html`<${Confirm} title=${t("delete.title")} action=${t("entry.delete")} onConfirm=${remove} onClose=${close}
      failure=${failure}><p dir="auto">${(leaving.text || leaving.name || "").slice(0, 300)}</p></${Confirm}>`;
  /** @param {string} emoji */
  const pick = (emoji) => {
    if (picking !== null) at.react(picking, emoji);
    setPicking(null);
  };
  const picker = picking && html`<${EmojiPicker} onPick=${pick} onClose=${() => setPicking(null)} />`;
  return { at, dialogs: [removal, picker] };
}
