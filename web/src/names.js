/**
 * User names as they are typed: two spellings of one name lead to the same.
 *
 * The server has the last word about names; here one is only looked for among those it has sent.
 */

const FULL_OR_HALF_WIDTH = /[\u20a9\u3000\uff01-\uffdc\uffe0-\uffee]/g;

/** What may stand in a name, as a regular expression's class without its brackets. */
export const NAME_CHARACTERS = "\\p{L}\\p{M}\\p{N}._\\-";

/**
 * Return what to look for among the names that exist: narrow, in lower case, composed.
 *
 * Source: RFC 8265, section 3.3.
 *
 * @param {string} typed
 * @returns {string}
 */
export function foldName(typed) {
  const narrow = typed.replace(FULL_OR_HALF_WIDTH, (one) => one.normalize("NFKC"));
  return narrow.toLowerCase().normalize("NFC");
}
