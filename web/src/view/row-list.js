/** The rows of a log, and its keys: up and down from row to row, and a letter for what to do. */

import { html } from "htm/preact";
import { h } from "preact";
import { useMemo } from "preact/hooks";

import { day } from "../text/times.js";
import { t } from "../text/index.js";
import { EntryRow } from "./entry.js";
import { PendingRow } from "./pending.js";
import { isPost } from "./rows.js";

/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./context.js").Pending} Pending */
/** @typedef {import("./entry.js").RowActions} RowActions */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {Extract<Row, {kind: "entry"}>} EntryOfRow */

/** @param {{rows: readonly Row[], pending: readonly Pending[], at: RowActions}} props */
export function RowList({ rows, pending, at }) {
  const now = Date.now();
  const rowOf = useMemo(() => rememberedRows(at), [at]);
  return html`
    ${rows.map((row) =>
      row.kind === "entry"
        ? rowOf(row)
        : row.kind === "day"
          ? html`<div key=${row.key} class="line day"><span>${day(row.ts, now)}</span></div>`
          : html`<div key=${row.key} class="line unread"><span>${t("log.unread")}</span></div>`,
    )}
    ${pending.map((one) => html`<${PendingRow} key=${one.nonce} pending=${one} me=${at.me} />`)}
  `;
}

/**
 * Return what makes the row of an entry: the same node for the same one, which is then left as it is.
 *
 * @param {RowActions} at
 */
function rememberedRows(at) {
  /** @type {WeakMap<Entry, {isContinued: boolean, node: import("preact").VNode}>} */
  const remembered = new WeakMap();
  return (/** @type {EntryOfRow} */ { key, entry, isContinued }) => {
    let found = remembered.get(entry);
    if (found?.isContinued !== isContinued) {
      const node = h(EntryRow, { key, entry, isContinued, at });
      remembered.set(entry, (found = { isContinued, node }));
    }
    return found.node;
  };
}

/**
 * Return the number of the entry whose row an element is in, 0 if it is in none.
 *
 * @param {EventTarget | null} target
 */
export function seqAt(target) {
  const row = target instanceof Element ? target.closest("[data-seq]") : null;
  return row instanceof HTMLElement ? Number(row.dataset.seq) : 0;
}

/**
 * Do what a key says in a log.
 *
 * @param {KeyboardEvent} event
 * @param {readonly Entry[]} entries
 * @param {RowActions} at
 */
export function onLogKey(event, entries, at) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const viewport = /** @type {HTMLElement} */ (event.currentTarget);
  const steps = STEPS[event.key];
  if (steps !== undefined) {
    event.preventDefault();
    focusRow(viewport, steps);
    return;
  }
  const entry = entries.find((one) => one.seq === seqAt(event.target));
  if (entry === undefined || !isPost(entry) || entry.deleted) return;
  const isMine = entry.author === at.me;
  if (event.key === "r") at.reply(entry);
  else if (event.key === "t") at.openThread(entry.root || entry.seq);
  else if (event.key === "e" && isMine && entry.kind !== "file") at.edit(entry);
  else if (event.key === "Delete" && isMine) at.remove(entry);
  else return;
  event.preventDefault();
}

/** @type {Readonly<Record<string, number>>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

/**
 * Focus the row so many rows from the focused one, or the last one if none is.
 *
 * @param {HTMLElement} viewport
 * @param {number} steps
 */
function focusRow(viewport, steps) {
  const rows = /** @type {HTMLElement[]} */ ([...viewport.querySelectorAll("article[data-seq]")]);
  const from = rows.findIndex((row) => row.contains(document.activeElement));
  const to = from < 0 ? rows.length - 1 : Math.min(rows.length - 1, Math.max(0, from + steps));
  rows[to]?.focus({ preventScroll: true });
  rows[to]?.scrollIntoView({ block: "nearest" });
}
