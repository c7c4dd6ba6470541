/** Excerpts: the part of a text in which words were found, and where they stand in it. */

/** @typedef {{text: string, isFound: boolean}} Piece */

/** Of a text, as much is shown. */
const CHARACTERS = 200;
/** So much of it before the first word found. */
const BEFORE = 50;
/** A cut moves to a blank that is no farther away. */
const NEAR = 15;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
/** Scripts that part no words by blanks: there a word may begin anywhere. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";

/**
 * Return what was looked for, as an expression that finds it at the beginnings of words.
 *
 * @param {string} words as they were typed
 * @returns {RegExp | null} null if there is no word
 */
function finder(words) {
  const found = new Set(words.normalize("NFC").match(WORD));
  if (found.size === 0) return null;
  const longestFirst = [...found].sort((one, other) => other.length - one.length);
  return new RegExp(`(?:(?<![\\p{L}\\p{M}\\p{N}_])|(?<=[${UNSPACED}]))(?:${longestFirst.join("|")})`, "giu");
}

/**
 * Return the excerpt of a text around the first of the words in it.
 *
 * @param {string} text
 * @param {string} words
 * @returns {Piece[]}
 */
export function excerpt(text, words) {
  const line = text.normalize("NFC").replace(/\s+/g, " ").trim();
  const find = finder(words);
  const first = find === null ? 0 : Math.max(0, line.search(find));
  const from = first > BEFORE ? cut(line, first - BEFORE) : 0;
  const to = line.length > from + CHARACTERS ? cut(line, from + CHARACTERS) : line.length;
  const shown = `${from > 0 ? "…" : ""}${line.slice(from, to)}${to < line.length ? "…" : ""}`;
  return find === null ? [{ text: shown, isFound: false }] : split(shown, find);
}

/**
 * @param {string} text
 * @param {RegExp} find
 * @returns {Piece[]}
 */
function split(text, find) {
  /** @type {Piece[]} */
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(find)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isFound: false });
    end = match.index + match[0].length;
    pieces.push({ text: match[0], isFound: true });
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isFound: false });
  return pieces;
}

/**
 * Return where to cut a line near a place: behind a blank if there is one, and never within a letter.
 *
 * @param {string} line
 * @param {number} at
 */
function cut(line, at) {
  const blank = line.slice(at, at + NEAR).indexOf(" ");
  if (blank >= 0) return at + blank + 1;
  const isHalf = /[\udc00-\udfff]/.test(line[at] ?? "");
  return isHalf ? at + 1 : at;
}
