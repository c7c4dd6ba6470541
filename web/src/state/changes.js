/**
 * Entries that change others: edits, deletes, reactions and pins are not listed, their targets show
 * the result; a comment is counted at the root of its thread.
 */

/** @typedef {import("./shapes.js").Entry} Entry */

const KINDS = new Set(["edit", "delete", "reaction", "pin"]);

/** @param {Entry} entry */
export function isChange({ kind }) {
  return KINDS.has(kind);
}

/**
 * Return what a page of a log lists: history shows the results of changes by itself.
 *
 * @param {readonly Entry[]} entries
 * @returns {Entry[]}
 */
export function applied(entries) {
  return entries.filter((entry) => !isChange(entry));
}

/**
 * @param {Entry} root
 * @param {Entry} comment
 * @returns {Entry}
 */
export function withComment(root, comment) {
  if ((root.last_comment ?? 0) >= comment.seq) return root;
  return { ...root, comments: (root.comments ?? 0) + 1, last_comment: comment.seq };
}

/**
 * Return an entry as it is after a change.
 *
 * @param {Entry} entry
 * @param {Entry} change
 * @returns {Entry}
 */
export function changed(entry, change) {
  if (change.kind === "delete") {
    const { kind, room, seq, ts, author = "", reply_to, root, comments, last_comment } = entry;
    const { removed, reason } = change;
    const kept = Object.entries({ author, reply_to, root, comments, last_comment, removed, reason });
    return { kind, room, seq, ts, deleted: true, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) };
  }
  if (change.kind === "edit" && change.text !== undefined && !entry.deleted) {
    const mentions = [...new Set([...(entry.mentions ?? []), ...(change.mentions ?? [])])];
    return { ...entry, text: change.text, edited: change.ts, ...(mentions.length > 0 ? { mentions } : {}) };
  }
  if (change.kind === "reaction" && !entry.deleted) return withReaction(entry, change);
  if (change.kind === "pin" && !entry.deleted) {
    const { pinned_by: _, ...unpinned } = entry;
    return change.removed ? unpinned : { ...entry, pinned_by: change.author ?? "" };
  }
  return entry;
}

/**
 * @param {Entry} entry
 * @param {Entry} reaction
 * @returns {Entry}
 */
function withReaction(entry, { author = "", emoji = "", removed, count = 0 }) {
  const others = (entry.reactions?.[emoji] ?? []).filter((name) => name !== author);
  const names = removed ? others : [...others, author];
  const { [emoji]: _, ...reactions } = entry.reactions ?? {};
  const { [emoji]: __, ...more } = entry.more_reactions ?? {};
  const unnamed = Math.max(0, count - names.length);
  return {
    ...entry,
    reactions: count > 0 ? { ...entry.reactions, [emoji]: names } : reactions,
    more_reactions: unnamed > 0 ? { ...entry.more_reactions, [emoji]: unnamed } : more,
  };
}
