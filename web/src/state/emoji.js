/** Emoji by the names that people know them by, and by words that describe them. */

import { gemoji } from "gemoji";

import { USUAL } from "./usual-emoji.js";

/**
 * names: the usual ones, as `:name:` has them. words: what it can be found by besides.
 *
 * @typedef {{emoji: string, names: readonly string[], words: readonly string[], category: string}} Emoji
 */
/** @typedef {Readonly<Record<string, string>>} OwnNames of a language: names, parted by blanks, by emoji */

/** @typedef {{emoji: string, names: readonly string[], folded: readonly string[], words: readonly string[], at: number}} Indexed */

/** What the console calls some by, too. */
const ALSO = Object.freeze({ "🎉": ["party"], "🙁": ["sad"] });
const RANKS = new Map(USUAL.map((emoji, at) => [emoji, at]));
/** How well a name fits what was typed: it is it, begins so, or a word in it does; else not at all. */
const EXACT = 0;
const BEGINS = 1;
const WORD_BEGINS = 2;
const DESCRIBED = 3;
const NOT = 4;

/** @type {readonly Emoji[]} */
export const EMOJI = gemoji.map(({ emoji, names, tags, category }) => ({
  emoji,
  category,
  names: [...names, ...(ALSO[/** @type {keyof typeof ALSO} */ (emoji)] ?? [])],
  words: tags,
}));

/** @type {OwnNames} */
const NONE = Object.freeze({});
/** @type {readonly Indexed[]} */
let index = [];
/** @type {OwnNames | null} */
let indexed = null;

/**
 * Return all emoji with all their names, the reader's own first.
 *
 * @param {OwnNames} own
 */
function indexOf(own) {
  if (indexed === own) return index;
  index = EMOJI.map(({ emoji, names, words }, at) => {
    const all = [...(own[emoji]?.split(" ") ?? []), ...names];
    return { emoji, names: all, folded: all.map(fold), words, at };
  });
  indexed = own;
  return index;
}

/** Few type the dots of ё. @param {string} name */
function fold(name) {
  return name.toLowerCase().replace(/ё/g, "е");
}

/** @param {string} name folded @param {string} wanted */
function fit(name, wanted) {
  if (name.startsWith(wanted)) return name === wanted ? EXACT : BEGINS;
  return name.includes(`_${wanted}`) ? WORD_BEGINS : NOT;
}

/**
 * Return the emoji of a name that was typed whole, "" if there is none.
 *
 * @param {string} name
 * @param {OwnNames} [own]
 * @returns {string}
 */
export function emojiNamed(name, own = NONE) {
  const wanted = fold(name);
  return indexOf(own).find(({ folded }) => folded.includes(wanted))?.emoji ?? "";
}

/**
 * Return the emoji that may be meant, best first: among those that fit as well, the usual ones come
 * first, then those with the shortest name.
 *
 * @param {string} typed
 * @param {number} most
 * @param {OwnNames} [own]
 * @returns {{emoji: string, name: string}[]} each with the name by which it was found
 */
export function emojiLike(typed, most, own = NONE) {
  const wanted = fold(typed);
  /** @type {{emoji: string, name: string, rank: number[]}[]} */
  const found = [];
  for (const { emoji, names, folded, words, at } of indexOf(own)) {
    /** @type {number[]} */
    const fits = folded.map((name) => fit(name, wanted));
    /** @type {number} */
    let best = Math.min(...fits);
    const name = names[best === NOT ? 0 : fits.indexOf(best)] ?? "";
    if (best === NOT && words.some((word) => word.startsWith(wanted))) best = DESCRIBED;
    if (best < NOT) found.push({ emoji, name, rank: [best, RANKS.get(emoji) ?? USUAL.length, name.length, at] });
  }
  found.sort((one, other) => one.rank.reduce((order, value, place) => order || value - (other.rank[place] ?? 0), 0));
  return found.slice(0, most).map(({ emoji, name }) => ({ emoji, name }));
}
