/**
 * Notifications: what concerns a user is told of beside the page, once for all tabs, while none of
 * them is looked at; and taken back when it is read, wherever that is.
 */

import { effect } from "@preact/signals";

import { isDirect } from "../names.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {{tag: string, title: string, body: string, room: string, seq: number}} Notice */
/**
 * What shows notifications. A newer one takes the place of another with its tag.
 *
 * @typedef {object} Notices
 * @property {(name: string) => () => void} watch tell, until it ends, whether this tab is looked at
 * @property {(name: string, what: () => void) => void} unwatched called if no tab of a user is
 * @property {(notice: Notice) => void} show
 * @property {(tag: string) => void} close
 * @property {(opened: (at: {room: string, seq: number}) => void) => void} onOpen one that this tab has shown was clicked
 */
/**
 * @typedef {object} NotifiedRooms
 * @property {(room: string) => {unread: number, muted?: boolean} | undefined} get
 * @property {{value: readonly unknown[]}} list
 */

const POSTS = new Set(["message", "comment", "file"]);

/**
 * @param {Pick<Parts, "alone">} parts
 * @param {Notices} notices
 * @param {string} me
 * @param {NotifiedRooms} rooms
 * @param {{peek(): "never" | "personal" | "every"}} wanted
 * @param {(entry: Entry) => {title: string, body: string}} textOf
 */
export function createNotifications(parts, notices, me, rooms, wanted, textOf) {
  let isTelling = false;
  /** The rooms of which something is shown. @type {Set<string>} */
  const shown = new Set();
  const release = parts.alone(`notifies ${me}`, () => {
    isTelling = true;
  });
  const leave = notices.watch(me);
  const forget = effect(() => {
    void rooms.list.value;
    for (const room of shown) if (rooms.get(room)?.unread === 0) close(room); // a new room is not known yet
  });

  /** @param {string} room */
  const tagOf = (room) => `${me} ${room}`;

  /** @param {string} room */
  function close(room) {
    shown.delete(room);
    notices.close(tagOf(room));
  }

  /** @param {Entry} entry */
  function isWanted({ kind, room, author, mentions }) {
    if (!POSTS.has(kind) || author === me || wanted.peek() === "never") return false;
    if (mentions?.includes(me)) return true;
    return rooms.get(room)?.muted !== true && (isDirect(room) || wanted.peek() === "every");
  }

  return {
    /** @param {Entry} entry that has come live */
    onEntry(entry) {
      if (!isTelling || !isWanted(entry)) return;
      const { room, seq } = entry;
      notices.unwatched(me, () => {
        shown.add(room);
        notices.show({ tag: tagOf(room), room, seq, ...textOf(entry) });
      });
    },

    /** The user has left. */
    end() {
      shown.forEach(close);
      forget();
      leave();
      release();
    },
  };
}
