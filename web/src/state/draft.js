/**
 * What becomes of a draft: it is sent, or waits while something is edited and comes back afterwards.
 */

/** @typedef {import("./shapes.js").Draft} Draft */
/**
 * @typedef {object} Drafts
 * @property {(key: string) => {peek(): Draft}} get
 * @property {(key: string, draft: Draft) => void} set
 */
/** @typedef {{post: (room: string, text: string, replyTo: number) => unknown}} Outbox */

/** As many bytes of UTF-8 as the server takes. */
export const TEXT_BYTES_MAX = 8_192;
/** How much is left is said when it is this little. */
export const NEAR_BYTES = 500;
/** Count the bytes only of what could have so many: no unit of a text has more than three. */
const COUNTED_LENGTH = (TEXT_BYTES_MAX - NEAR_BYTES) / 3;

/** @type {Readonly<Draft>} */
export const EMPTY = Object.freeze({ text: "", replyTo: 0, editing: 0 });

/**
 * Return how many more bytes a draft may have before the server refuses it, as far as that is near.
 *
 * @param {string} text
 * @returns {number} negative: it is so many bytes too long; Infinity: there is room enough
 */
export function bytesLeft(text) {
  return text.length < COUNTED_LENGTH ? Infinity : TEXT_BYTES_MAX - new TextEncoder().encode(text.trim()).length;
}

/**
 * Hand over a draft that is to be posted. What is kept changes at once, and so never returns.
 *
 * @param {{drafts: Drafts, outbox: Outbox}} app
 * @param {string} key
 * @param {string} room
 * @param {number} root of the thread; 0: the room itself
 */
export function post({ drafts, outbox }, key, room, root) {
  const { text, replyTo } = drafts.get(key).peek();
  outbox.post(room, text.trim(), replyTo || root);
  drafts.set(key, EMPTY);
}

/**
 * Begin to edit an entry.
 *
 * @param {Drafts} drafts
 * @param {string} key
 * @param {{seq: number, text: string}} entry
 */
export function beginEdit(drafts, key, { seq, text }) {
  const draft = drafts.get(key).peek();
  if (!draft.editing) drafts.set(aside(key), draft);
  drafts.set(key, { text, replyTo: 0, editing: seq });
}

/**
 * Reply to an entry with what has been written.
 *
 * @param {Drafts} drafts
 * @param {string} key
 * @param {number} seq
 */
export function beginReply(drafts, key, seq) {
  abandonEdit(drafts, key);
  drafts.set(key, { ...drafts.get(key).peek(), replyTo: seq });
}

/**
 * Return the last entry that its author may edit.
 *
 * @param {readonly import("./shapes.js").Entry[]} entries
 * @param {string} me
 */
export function lastEditable(entries, me) {
  return entries.findLast((one) => one.author === me && !one.deleted && one.text && one.kind !== "file");
}

/**
 * Reply to nothing, and edit nothing any more.
 *
 * @param {Drafts} drafts
 * @param {string} key
 */
export function abandon(drafts, key) {
  abandonEdit(drafts, key);
  drafts.set(key, { ...drafts.get(key).peek(), replyTo: 0 });
}

/**
 * Give a text back to where it was written, behind what stands there.
 *
 * @param {Drafts} drafts
 * @param {string} key
 * @param {string} text
 */
export function giveBack(drafts, key, text) {
  const to = drafts.get(key).peek().editing ? aside(key) : key;
  const draft = drafts.get(to).peek();
  drafts.set(to, { ...draft, text: draft.text.trim() === "" ? text : `${draft.text}\n${text}` });
}

/**
 * @param {Drafts} drafts
 * @param {string} key
 */
function abandonEdit(drafts, key) {
  if (!drafts.get(key).peek().editing) return;
  drafts.set(key, drafts.get(aside(key)).peek());
  drafts.set(aside(key), EMPTY);
}

/** Return where a draft waits while something is edited. @param {string} key */
function aside(key) {
  return `${key}~`;
}
