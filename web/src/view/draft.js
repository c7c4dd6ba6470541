/** Drafts around an edit: what had been written is put aside, and comes back afterwards. */

/** @typedef {{text: string, replyTo: number, editing: number}} Draft */
/**
 * @typedef {object} Drafts
 * @property {(key: string) => {peek(): Draft}} get
 * @property {(key: string, draft: Draft) => void} set
 */

/** @type {Readonly<Draft>} */
export const EMPTY = Object.freeze({ text: "", replyTo: 0, editing: 0 });

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
