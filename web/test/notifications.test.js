import assert from "node:assert/strict";
import { test } from "node:test";

import { signal } from "@preact/signals";

import { createNotifications } from "../src/state/notifications.js";
import { noticeText } from "../src/text/notice-text.js";
import { message } from "./fakes.js";

/**
 * A browser with tabs of one user. watched: whether one is looked at.
 *
 * @param {"never" | "personal" | "every"} kinds
 */
function tabs(kinds) {
  /** @type {Map<string, string>} */
  const shown = new Map();
  /** @type {(() => void)[]} */
  const waiting = [];
  const state = { shown, watched: false, renewed: 0 };
  const wanted = signal(kinds);
  const rooms = signal(/** @type {{room: string, unread: number, muted?: boolean}[]} */ ([]));
  const parts = {
    /** @param {string} _ @param {() => void} what */
    alone(_, what) {
      waiting.push(what);
      if (waiting.length === 1) what();
      return () => {
        if (waiting[0] !== what) return void waiting.splice(waiting.indexOf(what), 1);
        waiting.shift();
        waiting[0]?.();
      };
    },
  };
  const notices = {
    watch: () => () => {},
    /** @param {string} _ @param {() => void} what */
    unwatched: (_, what) => void (state.watched || what()),
    /** @param {{tag: string, body: string}} notice */
    show: ({ tag, body }) => {
      state.renewed += 1;
      shown.set(tag, body);
    },
    /** @param {string} tag */
    close: (tag) => void shown.delete(tag),
    onOpen: () => {},
  };
  const list = { list: rooms, get: (/** @type {string} */ room) => rooms.value.find((one) => one.room === room) };
  const tab = () =>
    createNotifications(parts, notices, "ann", list, wanted, (entry) => noticeText(entry, "ann", (name) => name));
  return { state, wanted, rooms, tab };
}

test("mentions and private messages are told of, once for all tabs, the newest of a room", () => {
  const { state, rooms, tab } = tabs("personal");
  rooms.value = [{ room: "general", unread: 1 }, { room: "ann,bob", unread: 2 }];
  const both = [tab(), tab()];
  const entries = [
    message(1, { text: "to nobody" }),
    message(2, { text: "@ann look", mentions: ["ann"] }),
    message(3, { text: "by me", author: "ann", mentions: ["ann"] }),
    message(1, { room: "ann,bob", text: "one" }),
    message(2, { room: "ann,bob", text: "two" }),
    message(3, { room: "ann,bob", kind: "edit", text: "two, mended" }),
  ];
  for (const entry of entries) for (const one of both) one.onEntry(entry);
  assert.deepEqual([...state.shown], [["ann general", "@ann look"], ["ann ann,bob", "two"]]);
  assert.equal(state.renewed, 3);
  both[0]?.end();
  assert.deepEqual([...state.shown], []);
  both[1]?.onEntry(message(4, { room: "ann,bob", text: "three" }));
  assert.deepEqual([...state.shown], [["ann ann,bob", "three"]]);
});

test("nothing is told of a muted room but mentions, nor of anything while a tab is looked at or none is wanted", () => {
  const { state, wanted, rooms, tab } = tabs("every");
  rooms.value = [{ room: "+ops:1", unread: 3, muted: true }, { room: "general", unread: 1 }];
  const one = tab();
  one.onEntry(message(1, { room: "+ops:1" }));
  assert.equal(state.shown.size, 0);
  one.onEntry(message(2, { room: "+ops:1", mentions: ["ann"] }));
  assert.deepEqual([...state.shown.keys()], ["ann +ops:1"]);
  state.watched = true;
  one.onEntry(message(1));
  state.watched = false;
  wanted.value = "never";
  one.onEntry(message(2));
  assert.deepEqual([...state.shown.keys()], ["ann +ops:1"]);
  wanted.value = "every";
  one.onEntry(message(3));
  assert.deepEqual([...state.shown.keys()], ["ann +ops:1", "ann general"]);
});

test("what is read anywhere is taken back", () => {
  const { state, rooms, tab } = tabs("every");
  rooms.value = [{ room: "general", unread: 1 }];
  tab().onEntry(message(1));
  assert.equal(state.shown.size, 1);
  rooms.value = [{ room: "general", unread: 0 }];
  assert.equal(state.shown.size, 0);
});

test("a notification says who, where and what, short, and each name by itself", () => {
  const text = (/** @type {any} */ fields) => noticeText(message(1, fields), "ann", (name) => name.toUpperCase());
  assert.deepEqual(text({ text: "a\n\nb" }), { title: "\u2068BOB\u2069 to everyone", body: "a b" });
  assert.equal(text({ room: "ann,bob" }).title, "\u2068BOB\u2069");
  assert.equal(text({ room: "+ops:1" }).title, "\u2068BOB\u2069 in \u2068+ops\u2069");
  assert.equal(text({ text: undefined, kind: "file", name: "plan.pdf" }).body, "File: \u2068plan.pdf\u2069");
  assert.equal([...text({ text: "😀".repeat(500) }).body].length, 161);
});
