/** A thread beside its room: what began it, all that was replied, and where one replies. */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";

import { t } from "../text/index.js";
import { Aside } from "./aside.js";
import { Composer } from "./composer.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { useRowActions } from "./row-actions.js";
import { RowList, onLogKey, seqAt } from "./row-list.js";
import { rowsOf } from "./rows.js";
import { useScroller } from "./use-scroller.js";

const COMPOSER = "thread-composer";

/** @param {{room: string, root: number}} props */
export function ThreadBeside({ room, root }) {
  const { app } = useSurroundings();
  const me = app.session.me.value;
  const thread = useMemo(() => app.threads.open(room, root), [room, root]);
  const entries = thread.entries.value;
  const rows = useMemo(() => rowsOf(entries, { me, readSeq: Infinity }), [entries, me]);
  const inIt = new Set(entries.map(({ seq }) => seq));
  const pending = app.outbox.items.value.filter((one) => one.room === room && inIt.has(one.replyTo));
  const { at, dialogs } = useRowActions(room, `${room}#${root}`, COMPOSER, true);
  const { viewport, list, scroller } = useScroller(() => undefined);

  useEffect(() => {
    thread.load();
    document.getElementById(COMPOSER)?.focus();
  }, [thread]);
  useLayoutEffect(() => scroller.current?.restore());

  /** @param {Event} event */
  const activate = (event) => {
    const seq = seqAt(event.target);
    if (seq) at.active.value = seq;
  };
  const error = thread.error?.value;
  return html`<${Aside} title=${t("thread.title")}>
    <div class="log" ref=${viewport} role="log" tabindex="0" aria-label=${t("thread.title")} aria-busy=${thread.busy.value}
      onPointerOver=${activate} onFocusIn=${activate} onClick=${activate}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => onLogKey(event, entries, at)}>
      <div class="rows" ref=${list}>
        ${entries.length > 0 && !inIt.has(root) && html`<p class="hint">${t("thread.rootGone")}</p>`}
        <${RowList} rows=${rows} pending=${pending} at=${at} />
        ${thread.more.value && html`<button class="more" onClick=${() => thread.loadMore()}>${t("common.more")}</button>`}
        ${error && html`<p class="failure" role="alert">${errorText(error)}</p>`}
      </div>
    </div>
    ${error?.code !== "not_found" && html`<${Composer} id=${COMPOSER} room=${room} title="" root=${root} entries=${thread.entries} me=${me} />`}
    ${dialogs}
  </${Aside}>`;
}
