/** The counts of rooms: when the server is asked for them again, and what its answer may change. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createRooms } from "../src/state/rooms.js";
import { FakeClock, FakeServer, fakeKept, message, settled } from "./fakes.js";

const READ = { room: "general", read_seq: 1, last_seq: 1, unread: 0, mentions: 0, muted: false, unread_from: 0, last: null };

test("an answer that is older than what has come since takes no count back", async () => {
  const server = new FakeServer();
  const rooms = createRooms({ after: new FakeClock().after, kept: fakeKept() }, server, () => {});
  const read = { rooms: [{ room: "general", last_seq: 1, read_seq: 1, unread: 0, mentions: 0 }], next: null };
  server.answers.rooms = () => read;
  await rooms.load();
  let answer = () => {};
  server.answers.rooms = () => new Promise((resolve) => { answer = () => resolve(read); });
  /** @type {(number | undefined)[]} */
  const counts = [];
  rooms.list.subscribe((list) => void counts.push(list[0]?.unread));
  void rooms.load();
  rooms.onEntry(message(2));
  answer();
  await settled();
  assert.deepEqual([...new Set(counts)], [0, 1]);
  assert.equal(counts.at(-1), 1);
  assert.equal(counts.indexOf(0, counts.indexOf(1)), -1, String(counts));
});

test("all rooms are there once one is looked for among them", async () => {
  const server = new FakeServer();
  const rooms = createRooms({ after: new FakeClock().after, kept: fakeKept() }, server, () => {});
  const all = Array.from({ length: 7 }, (_, at) => ({ room: `+room${at}:a`, last_seq: 0, read_seq: 0, unread: 0, mentions: 0 }));
  server.answers.rooms = ({ after = "" }) => {
    const from = Number(after);
    return { rooms: all.slice(from, from + 3), next: from + 3 < all.length ? String(from + 3) : null };
  };
  await rooms.load();
  assert.equal(rooms.list.value.length, 3);
  await rooms.loadAll();
  assert.equal(rooms.list.value.length, 7);
  assert.equal(rooms.more.value, false);
});

test("an edit of what was read is counted if it names the reader, and when it does no more", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  const rooms = createRooms({ after: clock.after, kept: fakeKept() }, server, () => {});
  let status = READ;
  server.answers.rooms = () => ({ rooms: [status], next: null });
  await rooms.load();
  for (const [seq, mentions] of /** @type {const} */ ([[2, 1], [3, 0]])) {
    status = { ...READ, last_seq: seq, mentions };
    rooms.onEntry(message(seq, { kind: "edit", target: 1, mentions: mentions ? ["me"] : [] }));
    await clock.advance(1_000);
    assert.equal(rooms.get("general")?.mentions, mentions);
  }
});
