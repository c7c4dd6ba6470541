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

/**
 * Return how a room is shown: `general`, the other one's name, or `+title`.
 *
 * @param {string} room
 * @param {string} me
 * @returns {string}
 */
export function titleOf(room, me) {
  if (isDirect(room)) return otherOf(room, me);
  return isPrivate(room) ? room.slice(0, room.lastIndexOf(":")) : room;
}

/**
 * Tell whether a room is one of two users.
 *
 * @param {string} room
 */
export function isDirect(room) {
  return room.includes(",");
}

/**
 * Tell whether a room is one with members and an owner.
 *
 * @param {string} room
 */
export function isPrivate(room) {
  return room.startsWith("+");
}

/**
 * Return the other one of two.
 *
 * @param {string} room
 * @param {string} me
 * @returns {string}
 */
export function otherOf(room, me) {
  const [first = "", second = ""] = room.split(",");
  return first === me ? second : first;
}

/**
 * Return the room of two users.
 *
 * @param {string} me
 * @param {string} other
 * @returns {string}
 */
export function directRoom(me, other) {
  return [me, other].sort(byCodePoints).join(",");
}

/**
 * Compare as the server does, which knows no halves of surrogate pairs.
 *
 * @param {string} one
 * @param {string} other
 */
function byCodePoints(one, other) {
  const [left, right] = [[...one], [...other]];
  const at = left.findIndex((letter, index) => letter !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
