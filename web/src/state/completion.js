/** What can be completed in a text: `@name` and `:emoji`. Pure; the list itself is a view's. */

import { NAME_CHARACTERS, foldName } from "../names.js";

/**
 * What is being typed before the caret. start: where its sign stands. typed: without the sign.
 *
 * @typedef {{kind: "name" | "emoji", start: number, end: number, typed: string}} Word
 */
/** @typedef {import("./shapes.js").Person} Person */

/** No word is longer, with what stands before it. */
const LOOK_BACK = 80;
const NAME = new RegExp(`(?<![${NAME_CHARACTERS}@/])@([${NAME_CHARACTERS}]{0,64})$`, "u");
/** From the second letter on: one alone is a smiley, as in `:D`. */
const EMOJI = /(?<![\p{L}\p{N}:]):([\p{L}\p{N}_+-]{2,40})$/u;
const WHOLE_EMOJI = /(?<![\p{L}\p{N}:]):([\p{L}\p{N}_+-]{1,40}):$/u;
const FENCE = /^ {0,3}```/gm;

/**
 * Return what can be completed before the caret; null if nothing can. In code, signs are code.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {Word | null}
 */
export function wordAt(text, caret) {
  const before = text.slice(Math.max(0, caret - LOOK_BACK), caret);
  const name = NAME.exec(before);
  const found = name ?? EMOJI.exec(before);
  if (found === null || isCode(text, caret)) return null;
  return { kind: name ? "name" : "emoji", start: caret - found[0].length, end: caret, typed: found[1] ?? "" };
}

/**
 * Return the `:name:` whose last colon stands before the caret; null if there is none.
 *
 * @param {string} text
 * @param {number} caret
 * @returns {Word | null}
 */
export function wholeEmojiAt(text, caret) {
  const found = WHOLE_EMOJI.exec(text.slice(Math.max(0, caret - LOOK_BACK), caret));
  if (found === null || isCode(text, caret)) return null;
  return { kind: "emoji", start: caret - found[0].length, end: caret, typed: found[1] ?? "" };
}

/**
 * Tell whether a place in a text is in a block or a span of code.
 *
 * @param {string} text
 * @param {number} at
 */
export function isCode(text, at) {
  const before = text.slice(0, at);
  if ((before.match(FENCE)?.length ?? 0) % 2 === 1) return true;
  return before.slice(before.lastIndexOf("\n") + 1).split("`").length % 2 === 0;
}

/**
 * Return the people who may be meant: whose name begins so, then a part of whose name or shown name
 * does; among these in the order in which they are given.
 *
 * @param {string} typed
 * @param {readonly Person[]} people
 * @param {number} most
 * @returns {Person[]}
 */
export function peopleLike(typed, people, most) {
  const wanted = foldName(typed);
  const begin = people.filter(({ name }) => name.startsWith(wanted));
  const inside = people.filter(({ name, display_name: shown = "" }) => {
    const parts = [...name.split(/[._-]/), ...foldName(shown).split(/[\s._-]+/)];
    return !name.startsWith(wanted) && parts.some((part) => part.startsWith(wanted));
  });
  return [...begin, ...inside].slice(0, most);
}

/**
 * Return people by their names, each once: where somebody is known of twice, the first knowledge counts.
 *
 * @param {Iterable<Person>} people
 * @param {string} me who needs no mention
 * @returns {Person[]}
 */
export function distinct(people, me) {
  /** @type {Map<string, Person>} */
  const found = new Map();
  for (const one of people) if (one.name !== me && one.name !== "" && !found.has(one.name)) found.set(one.name, one);
  return [...found.values()];
}

/**
 * Return what is put in the place of a word: with a blank behind, unless one stands there.
 *
 * @param {string} text
 * @param {Word} word
 * @param {string} value
 */
export function completed(text, { end }, value) {
  return /^\s/.test(text.slice(end)) ? value : `${value} `;
}
