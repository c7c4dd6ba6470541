/** Whom one may want to name in a room: first who is in it, then who is known, then all others. */

import { useEffect, useRef, useState } from "preact/hooks";

import { foldName, isDirect, isPrivate, otherOf } from "../names.js";
import { distinct } from "../state/completion.js";
import { allOf } from "../state/pages.js";
import { useSurroundings } from "./context.js";

/** @typedef {import("./composer.js").Entries} Entries */
/** @typedef {import("./context.js").Person} Person */

/** Who stops typing for so long is waiting for a name. */
const PAUSE_MS = 150;
const ASKED = 20;

/**
 * Return people for what is typed of a name. In a private room these are its members, as nobody else is
 * told of a mention; elsewhere the server is asked for those of whom nothing is known here.
 *
 * @param {string} room
 * @param {Entries} entries
 * @param {string | null} typed null: none are wanted now
 * @returns {Person[]}
 */
export function useKnownPeople(room, entries, typed) {
  const { app } = useSurroundings();
  const me = app.session.me.value;
  const isWanted = typed !== null;
  const members = useMembers(isWanted && isPrivate(room) ? room : "");
  const strangers = useStrangers(isPrivate(room) ? null : typed);
  if (!isWanted) return [];
  const names = app.people.displayNames.value;
  const online = app.people.online.value;
  /** @param {string} name @returns {Person} */
  const known = (name) => ({ name, online: online?.has(name) ?? false, display_name: names.get(name) ?? "" });
  const authors = [...new Set(entries.peek().map(({ author }) => author ?? "").reverse())];
  if (isPrivate(room)) return distinct([...authors.filter((name) => members.includes(name)), ...members].map(known), me);
  const here = isDirect(room) ? [otherOf(room, me), ...authors] : authors;
  const partners = app.rooms.list.value.filter((one) => isDirect(one.room)).map((one) => otherOf(one.room, me));
  return distinct([...[...here, ...(online ?? []), ...partners, ...names.keys()].map(known), ...strangers], me);
}

/** @param {string} room "" for none @returns {readonly string[]} the names of its members */
function useMembers(room) {
  const { app } = useSurroundings();
  const [members, setMembers] = useState(/** @type {readonly string[]} */ ([]));
  useEffect(() => {
    if (room === "") return undefined;
    let isCurrent = true;
    const asked = allOf(async (after) => {
      const { members: items, next } = await app.call("members", { room, after });
      return { items: /** @type {{name: string, role: string}[]} */ (items), next };
    }, "");
    asked.then(
      (found) => isCurrent && setMembers(found.filter(({ role }) => role !== "invited").map(({ name }) => name)),
      () => undefined, // without a line nobody is offered, and a name can be typed
    );
    return () => {
      isCurrent = false;
    };
  }, [room]);
  return members;
}

/** @param {string | null} typed @returns {readonly Person[]} */
function useStrangers(typed) {
  const { app } = useSurroundings();
  const [found, setFound] = useState(/** @type {readonly Person[]} */ ([]));
  /** What was asked for and answered with all that there are. */
  const whole = useRef(/** @type {string[]} */ ([]));
  useEffect(() => {
    if (typed === null) return undefined;
    const prefix = foldName(typed);
    if (whole.current.some((one) => prefix.startsWith(one))) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      app.people.search(prefix, ASKED).then(
        (people) => {
          if (!isCurrent) return;
          if (people.length < ASKED) whole.current.push(prefix);
          setFound((before) => distinct([...people, ...before], ""));
        },
        () => undefined, // those who are known are offered
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed]);
  return found;
}
