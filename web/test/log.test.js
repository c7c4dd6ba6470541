import assert from "node:assert/strict";
import { test } from "node:test";

import { changed } from "../src/state/changes.js";
import { Log, WINDOW_MAX } from "../src/state/log.js";
import { FakeServer, message } from "./fakes.js";

/** A log of so many entries on a server that pages as the real one does. @param {number} count */
function logOf(count) {
  const server = new FakeServer();
  const all = Array.from({ length: count }, (_, at) => message(at + 1));
  server.answers.history = ({ before = Infinity, after = 0, around, limit }) => {
    if (around !== undefined) {
      const from = Math.max(0, around - 1 - limit / 2);
      return { entries: all.slice(from, from + limit), next: null };
    }
    const found = all.filter(({ seq }) => seq > after && seq < before);
    const entries = after > 0 ? found.slice(0, limit) : found.slice(-limit);
    const next = entries.length < found.length ? 1 : null;
    return { room: "general", entries, next };
  };
  return { server, all, log: new Log("general", server.call, () => undefined) };
}

/** @param {Log} log */
const seqs = (log) => log.entries.value.map(({ seq }) => seq);

test("the latest come first, then what is before, up to the start", async () => {
  const { log } = logOf(120);
  await log.loadLatest();
  assert.deepEqual([seqs(log)[0], seqs(log).at(-1)], [71, 120]);
  assert.ok(log.atEnd.value && !log.atStart.value);
  await log.loadBefore();
  await log.loadBefore();
  assert.deepEqual(seqs(log), Array.from({ length: 120 }, (_, at) => at + 1));
  assert.ok(log.atStart.value);
});

test("from the middle, the window grows to the end and then follows", async () => {
  const { log } = logOf(200);
  await log.loadAround(100);
  log.onEntry(message(201));
  assert.ok(!seqs(log).includes(201));
  await log.loadAfter();
  await log.loadAfter();
  assert.ok(log.atEnd.value);
  log.onEntry(message(201));
  assert.equal(seqs(log).at(-1), 201);
});

test("an entry that comes twice is one", async () => {
  const { log } = logOf(3);
  await log.loadLatest();
  log.onEntry(message(3));
  log.onEntry(message(4));
  log.onEntry(message(4));
  assert.deepEqual(seqs(log), [1, 2, 3, 4]);
});

test("the window has a limit, and the end that is read is kept", async () => {
  const { log } = logOf(2_000);
  await log.loadLatest();
  for (let page = 0; page < 20; page += 1) await log.loadBefore();
  assert.equal(seqs(log).length, WINDOW_MAX);
  assert.ok(!log.atEnd.value);
  assert.equal(seqs(log)[0], 2_000 - 21 * 50 + 1);
  for (let page = 0; page < 30; page += 1) await log.loadAfter();
  assert.equal(seqs(log).length, WINDOW_MAX);
  assert.equal(seqs(log).at(-1), 2_000);
});

test("nothing is taken from under the eyes of who reads the beginning of a full window", async () => {
  const { log } = logOf(WINDOW_MAX);
  await log.loadLatest();
  while (!log.atStart.value) await log.loadBefore();
  log.seen(10);
  log.onEntry(message(WINDOW_MAX + 1));
  assert.equal(seqs(log)[0], 1);
  assert.ok(!log.atEnd.value);
});

test("edits and deletes change their targets, and are not listed", async () => {
  const { log } = logOf(3);
  await log.loadLatest();
  log.onEntry({ ...message(4), kind: "edit", target: 1, text: "new", mentions: ["me"] });
  log.onEntry({ ...message(5), kind: "delete", target: 2 });
  assert.deepEqual(seqs(log), [1, 2, 3]);
  const [edited, deleted] = log.entries.value;
  assert.deepEqual([edited?.text, edited?.edited, edited?.mentions], ["new", 4_000, ["me"]]);
  assert.deepEqual([deleted?.deleted, deleted?.text], [true, undefined]);
});

test("a deleted entry stays deleted when an old edit comes", () => {
  const deleted = changed(message(1), { ...message(2), kind: "delete", target: 1 });
  assert.equal(changed(deleted, { ...message(3), kind: "edit", target: 1, text: "back" }).text, undefined);
});

test("a comment counts at its root, once", async () => {
  const { log } = logOf(1);
  await log.loadLatest();
  log.onEntry(message(2, { kind: "comment", reply_to: 1, root: 1 }));
  log.onEntry(message(3, { kind: "comment", reply_to: 2, root: 1 }));
  assert.equal(log.entries.value[0]?.comments, 2);
});

test("a gap is shown, and the log goes on behind it", async () => {
  const { log } = logOf(2);
  await log.loadLatest();
  log.onGap(3, 10);
  log.onEntry(message(11));
  assert.deepEqual(log.entries.value.map(({ kind }) => kind), ["message", "message", "gap", "message"]);
  assert.equal(log.position(), 11);
});

test("a log in whose middle one reads has no position to follow from", async () => {
  const { log } = logOf(200);
  await log.loadAround(100);
  assert.equal(log.position(), undefined);
});

test("reactions and pins are put on their targets", async () => {
  const { log } = logOf(1);
  await log.loadLatest();
  /** @param {Partial<import("../src/state/shapes.js").Entry>} fields */
  const react = (fields) => log.onEntry({ ...message(log.position() ?? 0), seq: (log.position() ?? 0) + 1, kind: "reaction", target: 1, emoji: "👍", ...fields });
  react({ author: "ann", count: 1 });
  react({ author: "ben", count: 9 });
  assert.deepEqual([log.entries.value[0]?.reactions, log.entries.value[0]?.more_reactions], [{ "👍": ["ann", "ben"] }, { "👍": 7 }]);
  react({ author: "ann", removed: true, count: 1 });
  react({ author: "ben", removed: true, count: 0 });
  assert.deepEqual([log.entries.value[0]?.reactions, log.entries.value[0]?.more_reactions], [{}, {}]);
  react({ kind: "pin", author: "eve" });
  assert.equal(log.entries.value[0]?.pinned_by, "eve");
});

test("the unread line stays until what was seen is settled", async () => {
  const { log } = logOf(5);
  log.begin(2);
  await log.loadLatest();
  log.seen(5);
  assert.equal(log.readSeq.value, 2);
  log.settle();
  assert.equal(log.readSeq.value, 5);
});

test("a room where nobody has written yet is empty, and follows", async () => {
  const { Refusal } = await import("../src/net/errors.js");
  const { log, server } = logOf(0);
  server.answers.history = () => {
    throw new Refusal("not_found");
  };
  await log.loadLatest();
  assert.ok(log.atStart.value && log.atEnd.value && log.error.value === null);
  assert.equal(log.position(), 0); // what comes while the line is lost is behind that
  log.onEntry(message(1));
  assert.deepEqual(seqs(log), [1]);
});
