/** Texts without their mark-up, for a line that only reminds of them. */

const FENCE = /```[\w+-]*\s?/g;
/** What stands between two signs of emphasis or code, none of them within a word or beside a blank. */
const MARKED = /(?<![\p{L}\p{N}*_~`\\])(\*\*|__|~~|\*|_|`)(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}*_~`])/gu;
/** How deep signs stand in each other. */
const DEPTH = 3;
/** Of no text more is shown in a line. */
const CHARACTERS = 400;

/**
 * Return the beginning of a text as it reads, with nothing that only says how to show it.
 *
 * @param {string} text
 * @returns {string}
 */
export function plain(text) {
  let line = text.slice(0, CHARACTERS).replace(FENCE, "");
  for (let depth = 0; depth < DEPTH; depth += 1) line = line.replace(MARKED, "$2");
  return line;
}
