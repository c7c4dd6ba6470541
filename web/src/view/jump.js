/** Ctrl+K: to a room or a person by a few letters of the name, or to the messages with these words. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { directRoom, foldName, titleOf } from "../names.js";
import { t } from "../text/index.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { Icon } from "./icons.js";
import { openSearch } from "./place.js";

/** @typedef {import("./context.js").Person} Person */
/** @typedef {{room: string, title: string, unread: number}} Choice */

const CHOICES_MAX = 12;

/**
 * Return the rooms to choose from: those whose name begins so, then those that have it inside.
 *
 * @param {string} typed
 * @param {readonly Choice[]} choices in the order of their importance
 * @returns {Choice[]}
 */
export function matching(typed, choices) {
  const wanted = foldName(typed.trim());
  const names = choices.map((one) => foldName(one.title).replace(/^\+/, ""));
  const begin = choices.filter((_, at) => names[at]?.startsWith(wanted));
  const inside = choices.filter((_, at) => !names[at]?.startsWith(wanted) && names[at]?.includes(wanted));
  return [...begin, ...inside].slice(0, CHOICES_MAX);
}

/** @param {{onClose: () => void}} props */
export function Jump({ onClose }) {
  const { app, place } = useSurroundings();
  const me = app.session.me.value;
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [people, setPeople] = useState(/** @type {readonly Person[]} */ ([]));

  useEffect(() => {
    app.rooms.loadAll().catch(() => {}); // without a line there are those that are known
  }, []);
  useEffect(() => {
    let isCurrent = true;
    app.people.search(foldName(typed.trim())).then(
      (found) => isCurrent && setPeople(found),
      () => isCurrent && setPeople([]), // the rooms are still there
    );
    return () => {
      isCurrent = false;
    };
  }, [typed]);

  const rooms = app.rooms.list.value.map(({ room, unread }) => ({
    room,
    unread,
    title: room === "general" ? t("room.general") : titleOf(room, me),
  }));
  if (typed === "") rooms.sort((one, other) => Number(other.unread > 0) - Number(one.unread > 0));
  const known = new Set(rooms.map(({ room }) => room));
  const others = people
    .filter(({ name }) => name !== me)
    .map(({ name }) => ({ room: directRoom(me, name), title: name, unread: 0 }))
    .filter(({ room }) => !known.has(room));
  const choices = matching(typed, [...rooms, ...others]);
  /** The last choice is to search, once there is something to search for. */
  const count = choices.length + Number(typed.trim() !== "");
  const chosen = Math.min(at, count - 1);

  /** @param {string} room */
  const go = (room) => {
    onClose();
    place.go(room);
  };
  const search = () => {
    onClose();
    openSearch(place, typed.trim());
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) setAt((chosen + step + count) % count);
    else if (event.key === "Enter" && choices[chosen]) go(choices[chosen].room);
    else if (event.key === "Enter" && count > 0) search();
    else return;
    event.preventDefault();
  };
  return html`<${DialogBox} title=${t("jump.title")} kind="jump" onClose=${onClose}>
    <input autofocus role="combobox" aria-expanded="true" aria-controls="jump-list" aria-autocomplete="list"
      aria-activedescendant=${count > 0 ? `jump-${chosen}` : undefined} aria-label=${t("jump.title")}
      placeholder=${t("jump.hint")} value=${typed} autocomplete="off" dir="auto" onKeyDown=${onKeyDown}
      onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => {
        setTyped(event.currentTarget.value);
        setAt(0);
      }} />
    <ul id="jump-list" role="listbox" aria-label=${t("jump.title")}>
      ${choices.map(
        ({ room, title, unread }, index) => html`<li key=${room} id=${`jump-${index}`} role="option"
          aria-selected=${index === chosen} onClick=${() => go(room)}>
          <bdi>${title}</bdi>${unread > 0 && html`<span class="badge">${unread}</span>`}
        </li>`,
      )}
      ${count > choices.length &&
      html`<li id=${`jump-${choices.length}`} class="search" role="option" aria-selected=${chosen === choices.length}
        onClick=${search}><${Icon} name="search" />${t("jump.search")}: <bdi>${typed.trim()}</bdi></li>`}
    </ul>
    ${choices.length === 0 && html`<p class="hint" role="status">${t("people.none")}</p>`}
  </${DialogBox}>`;
}
