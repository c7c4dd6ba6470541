/** Where one writes: Enter sends, Shift+Enter begins a line, and an input method's Enter is its own. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { NEAR_BYTES, abandon, beginEdit, bytesLeft, lastEditable, post } from "../state/draft.js";
import { t } from "../text/index.js";
import { plain } from "../text/plain.js";
import { useSurroundings } from "./context.js";
import { Failure, failed } from "./failure.js";
import { Icon } from "./icons.js";
import { insert } from "./insert.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("@preact/signals").ReadonlySignal<readonly Entry[]>} Entries */

/** What may begin a word that can be completed. */
const SIGN = /[@:]/;
/** What is needed as soon as somebody writes a sign. */
const help = signal(/** @type {typeof import("../writing.js") | null} */ (null));

async function loadHelp() {
  help.value = await import("../writing.js");
  return help.value;
}

/**
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.room
 * @param {string} props.title of whom or what one writes to
 * @param {number} [props.root] of the thread; 0: the room itself
 * @param {Entries} props.entries what can be edited or replied to
 * @param {string} props.me
 */
export function Composer({ id, room, title, root = 0, entries, me }) {
  const { app, dialog } = useSurroundings();
  const key = root ? `${room}#${root}` : room;
  const draft = app.drafts.get(key).value;
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const files = useRef(/** @type {HTMLInputElement | null} */ (null));
  const left = bytesLeft(draft.text);

  useLayoutEffect(() => grow(field.current), [draft.text]);
  useEffect(() => setFailure(""), [key]);
  useEffect(() => {
    if (help.peek() === null && SIGN.test(draft.text)) loadHelp().catch(() => {}); // the next letter tries again
  }, [draft.text]);

  /** @param {Partial<typeof draft>} changed */
  const change = (changed) => app.drafts.set(key, { ...draft, ...changed });

  /** @param {string} text */
  function write(text) {
    change({ text });
    if (text !== "" && !draft.editing) app.typing.say(room);
  }

  async function send() {
    const text = draft.text.trim();
    if (text === "" || left < 0) return;
    setFailure("");
    if (draft.editing) {
      const seq = draft.editing;
      abandon(app.drafts, key);
      try {
        await app.call("edit", { room, seq, text });
      } catch (error) {
        beginEdit(app.drafts, key, { seq, text });
        setFailure(failed(error));
      }
      return;
    }
    post(app, key, room, root);
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && (draft.editing || draft.replyTo)) {
      event.stopPropagation();
      abandon(app.drafts, key);
    } else if (event.key === "ArrowUp" && draft.text === "" && !draft.editing) {
      const own = lastEditable(entries.peek(), me);
      if (own === undefined) return;
      event.preventDefault();
      beginEdit(app.drafts, key, { seq: own.seq, text: own.text ?? "" });
    }
  }

  /** @param {FileList | null | undefined} chosen @returns {boolean} */
  function upload(chosen) {
    for (const file of chosen ?? []) app.uploads.start(room, file);
    return (chosen?.length ?? 0) > 0;
  }

  /** @param {ClipboardEvent & {currentTarget: HTMLTextAreaElement}} event */
  function onPaste(event) {
    const [markup, plain] = ["text/html", "text/plain"].map((type) => event.clipboardData?.getData(type) ?? "");
    if (plain && markup && plain.includes("\t")) pasteCells(event.currentTarget, markup, plain);
    // A copied table comes as a picture as well: its text is what was meant.
    else if (plain || !upload(event.clipboardData?.files)) return;
    event.preventDefault();
  }

  /**
   * @param {HTMLTextAreaElement} to
   * @param {string} markup
   * @param {string} plain
   */
  async function pasteCells(to, markup, plain) {
    const found = await loadHelp().catch(() => null);
    insert(to, found?.tableText(markup, plain, found.isCode(to.value, to.selectionStart)) ?? plain);
  }

  /** The dialog gives the focus back to where one writes. */
  const openSchedule = () => {
    field.current?.focus();
    dialog.value = "schedule";
  };
  const Completion = help.value?.Completion;
  const label = root ? t("composer.thread") : t("composer.room", { room: title });
  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); send(); }}>
    <${Context} draft=${draft} entries=${entries} abandon=${() => { abandon(app.drafts, key); field.current?.focus(); }} />
    <${Failure} of=${failure} />
    <div class="field">
      ${!root &&
      html`<button type="button" class="tool" aria-label=${t("composer.attach")} title=${t("composer.attach")}
          onClick=${() => files.current?.click()}><${Icon} name="attach" /></button>
        <input ref=${files} type="file" multiple hidden
          onChange=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => {
            upload(event.currentTarget.files);
            event.currentTarget.value = "";
          }} />`}
      <textarea id=${id} ref=${field} rows="1" dir="auto" aria-label=${label} placeholder=${label} enterkeyhint="send"
        value=${draft.text} onKeyDown=${onKeyDown} onPaste=${onPaste}
        onInput=${(/** @type {Event & {currentTarget: HTMLTextAreaElement}} */ event) =>
          write(event.currentTarget.value)}></textarea>
      ${Completion && field.current && html`<${Completion} field=${field.current} room=${room} entries=${entries} />`}
      ${!root &&
      !draft.editing &&
      !draft.replyTo &&
      html`<button type="button" class="tool" aria-label=${t("schedule.title")} title=${t("schedule.title")}
        onClick=${openSchedule}><${Icon} name="clock" /></button>`}
      <button class="send" aria-label=${t("composer.send")} title=${t("composer.send")}
        disabled=${draft.text.trim() === "" || left < 0}><${Icon} name="send" /></button>
    </div>
    ${left < NEAR_BYTES &&
    html`<p class=${left < 0 ? "failure" : "hint"} role="status">
      ${left < 0 ? t("composer.tooLong", { n: -left }) : t("composer.left", { n: left })}
    </p>`}
  </form>`;
}

/** @param {{draft: import("../state/draft.js").Draft, entries: Entries, abandon: () => void}} props */
function Context({ draft, entries, abandon }) {
  const seq = draft.editing || draft.replyTo;
  if (!seq) return null;
  const entry = entries.value.find((one) => one.seq === seq);
  const text = plain(entry?.text || entry?.name || "").slice(0, 120);
  return html`<div class="context">
    <${Icon} name=${draft.editing ? "edit" : "reply"} />
    <span>${draft.editing ? t("composer.editing") : html`<bdi class="author">${entry?.author}</bdi>`} <bdi>${text}</bdi></span>
    <button type="button" class="tool" aria-label=${t("common.cancel")} onClick=${abandon}><${Icon} name="close" /></button>
  </div>`;
}

/**
 * Make a field as high as its text, where the browser does not.
 *
 * @param {HTMLTextAreaElement | null} field
 */
function grow(field) {
  if (field === null || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
