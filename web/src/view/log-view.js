/** The log of a room: where it opens, what it fetches, what counts as seen. */

import { useSignal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { Icon } from "./icons.js";
import { RowList, onLogKey, seqAt } from "./row-list.js";
import { firstUnread, rowsOf } from "./rows.js";
import { useScroller } from "./use-scroller.js";

/** @typedef {import("./entry.js").RowActions} RowActions */
/**
 * @typedef {{kind: "end"} | {kind: "unread"} | {kind: "row", seq: number, top: number | null}} Goal
 * top: where a row that was read had been, in px from the upper edge; null: it is one to be shown
 */

/** Fetch more when less than this is left above or below, in heights of what is seen. */
const AHEAD_PAGES = 1.5;
/** Where a row is shown to which one jumps, from the upper edge, in heights of what is seen. */
const TARGET_PLACE = 0.3;

/** @param {{room: string, title: string, at: RowActions}} props */
export function LogView({ room, title, at }) {
  const { app, place } = useSurroundings();
  const log = useMemo(() => app.logs.open(room), [room]);
  const goal = useRef(/** @type {Goal | null} */ (null));
  /** What comes is seen as it comes, so no line says that it is unread. */
  const isWatching = useRef(false);
  /** The reader has written, and so has read: no line stands before what was new. */
  const hasWritten = useRef(false);
  const isAway = useSignal(false);
  const [, arrived] = useState(0);
  const { viewport, list, scroller } = useScroller(moved);

  const entries = log.entries.value;
  const pending = app.outbox.items.value.filter((one) => one.room === room);
  const readSeq = isWatching.current ? Infinity : log.readSeq.value;
  const rows = useMemo(() => rowsOf(entries, { me: at.me, readSeq }), [entries, at.me, readSeq]);
  const jumps = place.jumps.value;
  const newest = pending.at(-1)?.at ?? 0;
  const marksItself = app.settings.marks.value === "seen";
  const [openedAt] = useState(Date.now);

  useEffect(() => {
    goal.current = null;
    arrive().then((reached) => {
      goal.current = reached;
      arrived((count) => count + 1);
    });
  }, [log, jumps]);

  useEffect(() => {
    if (newest < openedAt) return;
    hasWritten.current = true;
    toLatest();
  }, [newest]);

  useLayoutEffect(() => {
    if (scroller.current === null) return;
    scroller.current.isWhole = log.atEnd.value;
    if (!reach()) scroller.current.restore();
    moved();
  });

  useEffect(() => {
    place.readBy(() => scroller.current?.reading() ?? null);
    const turned = () => (document.visibilityState === "visible" ? moved() : leave());
    document.addEventListener("visibilitychange", turned);
    return () => {
      document.removeEventListener("visibilitychange", turned);
      place.readBy(() => null);
      log.reading = scroller.current?.reading() ?? null;
      leave();
    };
  }, [log]);

  /** Fetch what is to be seen first. @returns {Promise<Goal>} */
  async function arrive() {
    const [back, left] = [place.takeReturn(), log.reading];
    log.reading = null;
    if (back !== null) return arriveAt(back);
    if (place.seq.peek()) return arriveAt({ seq: place.seq.peek(), top: null });
    if (left !== null) return arriveAt(left);
    if ((app.rooms.get(room)?.unread ?? 0) > 0) {
      if (!firstUnread(log.entries.peek(), { me: at.me, readSeq: log.readSeq.peek() })) {
        await log.loadAround(log.readSeq.peek() + 1);
      }
      return { kind: "unread" };
    }
    if (!log.atEnd.peek() || log.entries.peek().length === 0) await log.loadLatest();
    return { kind: "end" };
  }

  /** @param {{seq: number, top: number | null}} row @returns {Promise<Goal>} */
  async function arriveAt({ seq, top }) {
    if (!log.entries.peek().some((one) => one.seq === seq)) await log.loadAround(seq);
    return { kind: "row", seq, top };
  }

  /** Show what was to be reached, if something was and it is there now. @returns {boolean} */
  function reach() {
    const to = goal.current;
    const scroll = scroller.current;
    if (to === null || scroll === null || list.current === null) return false;
    goal.current = null;
    const all = /** @type {HTMLElement[]} */ ([...list.current.children]);
    const row =
      to.kind === "row"
        ? all.find((one) => Number(one.dataset.seq ?? 0) >= to.seq)
        : all.find((one) => to.kind === "unread" && one.classList.contains("unread"));
    if (row === undefined) {
      scroll.toEnd();
      return true;
    }
    const top = to.kind === "row" ? to.top : null;
    scroll.toRow(row, top ?? scroll.pagePx() * TARGET_PLACE);
    if (to.kind === "row" && top === null) {
      at.active.value = to.seq;
      row.animate([{ background: "var(--marked)" }, { background: "transparent" }], 2_000);
    }
    return true;
  }

  /** What is seen has changed. */
  function moved() {
    const scroll = scroller.current;
    if (scroll === null || goal.current !== null) return;
    const isAtEnd = scroll.isAtEnd && log.atEnd.peek();
    isAway.value = !isAtEnd && scroll.belowPx() > scroll.pagePx() / 2;
    if (document.visibilityState === "visible" && entries.length > 0) {
      const seen = scroll.lastSeen();
      if (seen > 0 && marksItself) log.seen(seen);
      if (isAtEnd && hasWritten.current) {
        hasWritten.current = false;
        log.settle();
      }
      if (!isAtEnd || !marksItself) stopWatching();
      else if (list.current?.querySelector(".unread") === null) isWatching.current = true;
    }
    if (log.busy.peek() !== "" || log.error.peek() !== null || entries.length === 0) return;
    const ahead = scroll.pagePx() * AHEAD_PAGES;
    if (!log.atStart.peek() && scroll.abovePx() < ahead) log.loadBefore();
    else if (!log.atEnd.peek() && scroll.belowPx() < ahead) log.loadAfter();
  }

  /** From here on, what comes is unread. */
  function stopWatching() {
    if (isWatching.current) log.settle();
    isWatching.current = false;
  }

  function leave() {
    stopWatching();
    app.logs.flush();
  }

  async function toLatest() {
    if (!log.atEnd.peek()) await log.loadLatest();
    goal.current = { kind: "end" };
    arrived((count) => count + 1);
  }

  /** @param {Event} event */
  const activate = (event) => {
    const seq = seqAt(event.target);
    if (seq) at.active.value = seq;
  };
  const unread = app.rooms.get(room)?.unread ?? 0;
  return html`<div class="log-frame">
    <div class="log" ref=${viewport} role="log" tabindex="0" aria-label=${title} aria-busy=${log.busy.value !== ""}
      onPointerOver=${activate} onFocusIn=${activate} onClick=${activate}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => onLogKey(event, entries, at)}>
      <div class="rows" ref=${list}>
        ${log.atStart.value && html`<div class="line start">${t(entries.length > 0 ? "log.start" : "log.empty")}</div>`}
        <${RowList} rows=${rows} pending=${pending} at=${at} />
      </div>
      ${log.error.value !== null &&
      html`<p class="failure" role="alert">
        ${errorText(log.error.value)} <button onClick=${() => log.loadLatest()}>${t("log.retry")}</button>
      </p>`}
    </div>
    ${unread > 0 &&
    !marksItself &&
    html`<button class="mark-read" onClick=${() => app.logs.markRead(room)}>${t("log.markRead")}</button>`}
    ${isAway.value &&
    html`<button class="to-latest" onClick=${toLatest}>
      <${Icon} name="down" />${unread > 0 ? t("log.newBelow", { n: unread }) : t("log.latest")}
    </button>`}
  </div>`;
}
