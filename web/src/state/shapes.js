/** The shapes of what the state holds. All of it is replaced, never changed. */

/**
 * An entry as the wire has it; a hole that will never be filled is one of the kind `gap`.
 *
 * @typedef {object} Entry
 * @property {string} kind
 * @property {string} room
 * @property {number} seq
 * @property {number} ts
 * @property {string} [author]
 * @property {string} [text]
 * @property {string} [name]
 * @property {number} [size]
 * @property {string} [media_type]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [edited]
 * @property {boolean} [deleted]
 * @property {boolean} [removed]
 * @property {string} [reason]
 * @property {string[]} [mentions]
 * @property {string} [via]
 * @property {number} [reply_to]
 * @property {number} [root]
 * @property {string} [quoted_author]
 * @property {string} [quoted_text]
 * @property {number} [comments]
 * @property {number} [last_comment]
 * @property {Readonly<Record<string, readonly string[]>>} [reactions] who, by emoji
 * @property {Readonly<Record<string, number>>} [more_reactions] how many more
 * @property {string} [pinned_by]
 * @property {string} [emoji]
 * @property {number} [count] of a reaction: how many have reacted so now
 * @property {number} [target]
 * @property {string} [change]
 * @property {string} [group]
 * @property {string} [by]
 * @property {string} [user]
 * @property {string} [in_room]
 * @property {number} [request]
 * @property {string} [to]
 * @property {number} [until]
 * @property {number} [warnings]
 * @property {number} [limit]
 * @property {number} [gapTo] of a gap: the last number that is gone
 */
/** @typedef {{seq: number, ts: number, kind: string, author: string, text: string}} Last */
/** @typedef {{seq: number, top: number}} Reading a row, and its distance from the log's upper edge in px */
/**
 * @typedef {object} RoomStatus
 * @property {string} room
 * @property {number} last_seq
 * @property {number} read_seq
 * @property {number} unread
 * @property {number} mentions
 * @property {Last | null} [last] that is not deleted
 * @property {number} [last_at]
 * @property {string} [owner]
 * @property {number} [members]
 * @property {boolean} [muted]
 * @property {number} [unread_from] 0 if the user has not marked it so
 */
/** @typedef {"waiting" | "sending" | "posted" | "held" | "failed" | "old"} PendingState */
/**
 * A text on its way. replyTo: 0 for none. until: when a held one is tried again. seq: of its entry.
 *
 * @typedef {object} Pending
 * @property {string} nonce
 * @property {string} room
 * @property {string} text
 * @property {number} replyTo
 * @property {number} at
 * @property {PendingState} state
 * @property {number} until
 * @property {{code: string, message: string, details: Readonly<Record<string, unknown>>} | null} error
 * @property {number} seq
 */
/** @typedef {{text: string, replyTo: number, editing: number}} Draft */
/** @typedef {{name: string, online: boolean, display_name?: string}} Person */
/**
 * @typedef {object} Note
 * @property {number} id
 * @property {"reset" | "lost" | "self"} kind
 * @property {Entry} [entry]
 * @property {string} [room]
 */
/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} room
 * @property {string} name
 * @property {number} size
 * @property {number} sent
 * @property {"sending" | "failed"} state
 * @property {unknown} error
 */
/**
 * @typedef {object} Welcome
 * @property {string} server_version
 * @property {string} registration
 * @property {string} time_zone
 * @property {string} epoch
 * @property {string[]} features
 * @property {number} file_bytes_max how large a file may be; 0 if the server does not say
 */

/**
 * What is kept in this browser, for all tabs. The values of a user have the user's name in their key.
 *
 * @typedef {object} Kept
 * @property {(key: string) => any} get undefined if nothing is
 * @property {(key: string, value: unknown) => void} set undefined: nothing any more
 * @property {() => string[]} keys
 * @property {(changed: (key: string, value: any) => void) => void} watch another tab has set something
 * @property {import("@preact/signals").Signal<boolean>} works
 * @property {() => Promise<void>} load
 */
/**
 * What a browser gives.
 *
 * @typedef {import("../net/line.js").LineParts & {
 *   crypto: Crypto | null,
 *   kept: Kept,
 *   alone: (name: string, what: () => void) => () => void,
 *   tab: {user: () => string | null, setUser: (name: string) => void},
 *   sendFile: (file: File, address: string, token: string, nonce: string, sent: (bytes: number) => void) =>
 *     {done: Promise<void>, cancel: () => void},
 *   onWake: (woken: () => void) => void,
 *   onLeave: (leaving: () => void) => void,
 *   nonce: () => string,
 * }} Parts
 * alone: called in one of the tabs that ask for it by this name, as long as it lives or until it
 * calls what is returned. tab: whose tab this is, over reloads: "" of somebody who has yet to sign
 * in; null if that was never said.
 */

export {};
