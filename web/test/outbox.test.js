import assert from "node:assert/strict";
import { test } from "node:test";

import { Refusal } from "../src/net/errors.js";
import { NONCE_MS, createOutbox } from "../src/state/outbox.js";
import { FakeClock, FakeServer, fakeKept, settled } from "./fakes.js";

/** @param {number} _seq @returns {boolean} */
const none = (_seq) => false;

function outboxOf({ server = new FakeServer(), kept = fakeKept(), clock = new FakeClock(), isShown = none, isSender = true, prefix = "n" } = {}) {
  let nonces = 0;
  const parts = {
    kept,
    now: clock.now,
    after: clock.after,
    nonce: () => `${prefix}${(nonces += 1)}`,
    alone: (/** @type {string} */ _name, /** @type {() => void} */ what) => (isSender && what(), () => {}),
  };
  const outbox = createOutbox(parts, { call: server.call, me: server.me, isShown: (_, seq) => isShown(seq) });
  server.answers.post ??= ({ room }) => ({ room, seq: server.asked.length, ts: 0 });
  server.answers.comment ??= server.answers.post;
  outbox.load();
  return { outbox, server, kept, clock };
}

/** @param {ReturnType<typeof outboxOf>["outbox"]} outbox */
const states = (outbox) => outbox.items.value.map(({ state }) => state);

test("texts go out in order, each with a nonce of its own, and go when their entries come", async () => {
  let last = 0;
  const { outbox, server } = outboxOf({ isShown: (seq) => seq <= last });
  outbox.post("general", "one");
  outbox.post("general", "two", 7);
  assert.equal(outbox.items.value.length, 2);
  await settled();
  assert.deepEqual(server.asked, [
    ["post", { room: "general", text: "one", nonce: "n1" }],
    ["comment", { room: "general", seq: 7, text: "two", nonce: "n2" }],
  ]);
  assert.deepEqual(states(outbox), ["posted", "posted"]);
  last = 2;
  outbox.onEntry();
  assert.deepEqual(states(outbox), []);
});

test("what is written without a line waits, is kept, and goes out once under the same nonce", async () => {
  const server = new FakeServer();
  server.isOnline = false;
  const { outbox, kept } = outboxOf({ server });
  outbox.post("general", "later");
  await settled();
  assert.deepEqual(states(outbox), ["waiting"]);
  const after = outboxOf({ server, kept }); // the page was loaded again
  assert.equal(after.outbox.items.value[0]?.text, "later");
  await settled();
  server.isOnline = true;
  after.outbox.pump();
  await settled();
  assert.deepEqual(server.asked, [["post", { room: "general", text: "later", nonce: "n1" }]]);
  assert.deepEqual(kept.keys(), []);
});

test("a text whose answer was lost goes out again under its nonce", async () => {
  const server = new FakeServer();
  server.answers.post = () => {
    throw new Refusal("offline");
  };
  const { outbox } = outboxOf({ server });
  outbox.post("general", "once");
  await settled();
  server.answers.post = () => ({ room: "general", seq: 1, ts: 0 });
  outbox.pump();
  await settled();
  assert.deepEqual(server.asked.map(([, { nonce }]) => nonce), ["n1", "n1"]);
});

test("a limit holds back its room until it ends, and no other", async () => {
  const server = new FakeServer();
  const clock = new FakeClock();
  const resetAt = clock.ms + 60_000;
  let isLimited = true;
  server.answers.post = ({ room }) => {
    if (room === "general" && isLimited) throw new Refusal("rate_limited", "", { reset_at: resetAt });
    return { room, seq: 1, ts: 0 };
  };
  const { outbox } = outboxOf({ server, clock });
  outbox.post("general", "one");
  outbox.post("general", "two");
  outbox.post("+ops:x", "three");
  await settled();
  assert.deepEqual(states(outbox), ["held", "waiting", "posted"]);
  isLimited = false;
  await clock.advance(60_000);
  assert.deepEqual(states(outbox), ["posted", "posted", "posted"]);
  assert.deepEqual(server.asked.map(([, { text }]) => text), ["one", "three", "one", "two"]);
});

test("what is refused says why, and can be sent again or taken back", async () => {
  const server = new FakeServer();
  server.answers.post = () => {
    throw new Refusal("banned", "", { until: 5 });
  };
  const { outbox } = outboxOf({ server });
  const { nonce } = outbox.post("general", "no");
  await settled();
  assert.deepEqual(outbox.items.value[0]?.error, { code: "banned", message: "", details: { until: 5 } });
  assert.equal(outbox.discard(nonce)?.text, "no");
  assert.deepEqual(states(outbox), []);
});

test("what is older than the server remembers nonces asks first", async () => {
  const server = new FakeServer();
  server.isOnline = false;
  const { outbox, clock } = outboxOf({ server });
  outbox.post("general", "old");
  await settled();
  await clock.advance(NONCE_MS + 1);
  server.isOnline = true;
  outbox.pump();
  await settled();
  assert.deepEqual(states(outbox), ["old"]);
  assert.deepEqual(server.asked, []);
  outbox.retry(outbox.items.value[0]?.nonce ?? "");
  await settled();
  assert.deepEqual(states(outbox), ["posted"]);
});

test("the room of two is begun by the other one's name", async () => {
  const { outbox, server } = outboxOf();
  outbox.post("bob,me", "hello");
  await settled();
  assert.equal(server.asked[0]?.[1].room, "bob");
});

test("two tabs that write at once lose nothing, and one of them sends", async () => {
  const { first, second } = twoStores();
  const server = new FakeServer();
  server.isOnline = false;
  const sender = outboxOf({ server, kept: first });
  const other = outboxOf({ server, kept: second, isSender: false, prefix: "m" });
  sender.outbox.post("general", "here");
  other.outbox.post("general", "there");
  await settled();
  const texts = (/** @type {typeof sender} */ one) => one.outbox.items.value.map(({ text }) => text).sort();
  assert.deepEqual([texts(sender), texts(other)], [["here", "there"], ["here", "there"]]);
  server.isOnline = true;
  sender.outbox.pump();
  await settled();
  assert.deepEqual(server.asked.map(([, { text }]) => text).sort(), ["here", "there"]);
});

/** Two stores that tell each other of what is set, a turn later, as tabs do. */
function twoStores() {
  /** @type {((key: string, value: any) => void)[][]} */
  const watchers = [[], []];
  const stores = [0, 1].map((at) => {
    const kept = fakeKept();
    const { set } = kept;
    kept.watch = (watcher) => void watchers[at]?.push(watcher);
    kept.set = (key, value) => {
      set(key, value);
      Promise.resolve().then(() => watchers[1 - at]?.forEach((watcher) => watcher(key, structuredClone(value))));
    };
    return kept;
  });
  return { first: stores[0], second: stores[1] };
}
