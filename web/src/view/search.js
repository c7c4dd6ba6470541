/** Search beside the room: by words, place and author; a result leads to its message, and Back returns. */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { createSearch, isSame } from "../state/search.js";
import { excerpt } from "../text/excerpt.js";
import { t as common } from "../text/index.js";
import { t } from "../text/search-words.js";
import { moment } from "../text/times.js";
import { foldName, titleOf } from "../names.js";
import { Aside } from "./aside.js";
import { useSurroundings } from "./context.js";
import { errorText } from "./error-text.js";
import { addressOf } from "./place.js";

/** @typedef {import("./context.js").App} App */
/** @typedef {import("./context.js").Entry} Entry */
/** @typedef {import("./context.js").Person} Person */
/** @typedef {import("./place.js").Query} Query */
/** @typedef {import("../state/search.js").Search} SearchState */
/** @typedef {Event & {currentTarget: HTMLInputElement | HTMLSelectElement}} Typed */

/** Who stops typing for so long has typed it. */
const PAUSE_MS = 300;
/** Here the search covers the room, and steps aside for what it leads to. */
const NARROW = "(max-width: 1080px)";

/** What was found by whom: Back shows it again. @type {{user: string, search: SearchState} | null} */
let held = null;

/**
 * @param {App} app
 * @returns {SearchState}
 */
function searchOf(app) {
  const user = app.session.me.peek();
  if (held?.user !== user) held = { user, search: createSearch(app.call) };
  return held.search;
}

/** @param {{query: Query}} props */
export function Search({ query }) {
  const { app, place } = useSurroundings();
  const search = searchOf(app);
  const [typed, setTyped] = useState(query);
  const shown = useRef(query);
  const list = useRef(/** @type {HTMLElement | null} */ (null));

  useLayoutEffect(() => { // at once, so that nothing that is typed gets lost
    const visited = isSame(query, search.query.peek()) ? linkTo(list.current, search.visited.peek()) : null;
    if (visited) visited.focus();
    else document.getElementById("search-words")?.focus();
  }, []);
  useEffect(() => {
    if (query !== shown.current) setTyped(query); // by Back, or by Ctrl+K
    shown.current = query;
    search.ask(query);
  }, [query]);
  useEffect(() => {
    if (isSame(typed, shown.current)) return undefined;
    const timer = setTimeout(() => show(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  /** Search for what is typed. */
  function show() {
    shown.current = typed;
    search.ask(typed);
    place.show({ kind: "search", query: typed });
  }

  /** Search at once, or go on to the results that are there. */
  function enter() {
    if (isSame(typed, search.query.peek()) && search.error.peek() === null) step(list.current, 1);
    else show();
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLSelectElement) return;
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      enter();
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    step(list.current, way);
  }

  /** @param {Partial<Query>} changed */
  const change = (changed) => setTyped({ ...typed, ...changed });
  const found = search.found.value;
  return html`<${Aside} title=${common("search.title")}>
    <div class="search" onKeyDown=${onKeyDown}>
      <form role="search">
        <input id="search-words" type="search" value=${typed.words} aria-label=${t("words")} placeholder=${t("hint")}
          autocomplete="off" dir="auto" enterkeyhint="search" maxlength="256"
          onInput=${(/** @type {Typed} */ event) => change({ words: event.currentTarget.value })} />
        <${Where} room=${typed.room} onRoom=${(/** @type {string} */ room) => change({ room })} />
        <${Author} author=${typed.author} onAuthor=${(/** @type {string} */ author) => change({ author })} />
      </form>
      <${State} search=${search} />
      <ul class="found" ref=${list}>
        ${found.map((entry) => html`<${Result} key=${`${entry.room} ${entry.seq}`} entry=${entry} search=${search} />`)}
      </ul>
      ${search.next.value !== null &&
      !search.isBusy.value &&
      html`<button class="more" onClick=${() => search.more()}>${common("common.more")}</button>`}
    </div>
  </${Aside}>`;
}

/** How the search stands. @param {{search: SearchState}} props */
function State({ search }) {
  const error = search.error.value;
  if (error !== null) {
    const { code } = /** @type {{code?: string}} */ (error);
    const special = { not_found: t("unknown"), bad_request: t("unclear") }[code ?? ""];
    return html`<p class="failure" role="alert">${special ?? errorText(error)}</p>`;
  }
  const n = search.found.value.length;
  const words = () => {
    if (search.query.value.words.trim() === "") return t("begin");
    if (search.isBusy.value) return t("searching");
    if (search.next.value !== null) return t("foundMore", { n });
    return n === 0 ? t("none") : t("found", { n });
  };
  return html`<p class="hint" role="status">${words()}</p>`;
}

/** @param {{room: string, onRoom: (room: string) => void}} props */
function Where({ room, onRoom }) {
  const { app, place } = useSurroundings();
  const rooms = [...new Set([place.room.value, room])].filter(Boolean);
  return html`<label class="choice">${t("where")}
    <select value=${room} onChange=${(/** @type {Typed} */ event) => onRoom(event.currentTarget.value)}>
      <option value="" selected=${room === ""}>${t("everywhere")}</option>
      ${rooms.map((one) => html`<option key=${one} value=${one} selected=${one === room}>${titled(app, one)}</option>`)}
    </select>
  </label>`;
}

/** @param {{author: string, onAuthor: (author: string) => void}} props */
function Author({ author, onAuthor }) {
  const { app } = useSurroundings();
  const [people, setPeople] = useState(/** @type {readonly Person[]} */ ([]));
  useEffect(() => {
    let isCurrent = true;
    app.people.search(foldName(author.trim())).then(
      (known) => isCurrent && setPeople(known),
      () => undefined, // the name can still be typed
    );
    return () => {
      isCurrent = false;
    };
  }, [author]);
  return html`<label class="choice">${t("author")}
    <input list="search-people" value=${author} placeholder=${t("anybody")} autocomplete="off" dir="auto" maxlength="256"
      onInput=${(/** @type {Typed} */ event) => onAuthor(foldName(event.currentTarget.value.trim()))} />
    <datalist id="search-people">${people.map(({ name }) => html`<option key=${name} value=${name}></option>`)}</datalist>
  </label>`;
}

/** @param {{entry: Entry, search: SearchState}} props */
function Result({ entry, search }) {
  const { app, place } = useSurroundings();
  const address = addressOf(entry.room, entry.seq);
  const text = [entry.name, entry.text].filter(Boolean).join(": ");
  /** @param {MouseEvent} event */
  const onClick = (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    search.visited.value = address;
    place.go(entry.room, entry.seq);
    if (!matchMedia(NARROW).matches) return;
    place.show(null);
    document.getElementById("room-title")?.focus();
  };
  return html`<li>
    <a href=${address} class=${search.visited.value === address ? "visited" : ""} onClick=${onClick}>
      <bdi class="author">${app.people.shown(entry.author ?? "")}</bdi>
      <bdi class="where">${titled(app, entry.room)}</bdi>
      <time dateTime=${new Date(entry.ts).toISOString()}>${moment(entry.ts, Date.now())}</time>
      <span class="excerpt" dir="auto">
        ${excerpt(text, search.query.value.words).map((piece) => (piece.isFound ? html`<mark>${piece.text}</mark>` : piece.text))}
      </span>
    </a>
  </li>`;
}

/** @param {App} app @param {string} room @returns {string} */
function titled(app, room) {
  return room === "general" ? common("room.general") : titleOf(room, app.session.me.value);
}

/**
 * @param {HTMLElement | null} list
 * @param {string} address
 * @returns {HTMLElement | null}
 */
function linkTo(list, address) {
  return list?.querySelector(`a[href="${CSS.escape(address)}"]`) ?? null;
}

/**
 * Move the focus from result to result; above the first one is the field.
 *
 * @param {HTMLElement | null} list
 * @param {number} way
 */
function step(list, way) {
  const links = /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll("a") ?? [])]);
  const to = links.findIndex((link) => link === document.activeElement) + way;
  if (to < 0) document.getElementById("search-words")?.focus();
  else links[Math.min(to, links.length - 1)]?.focus();
}
