import assert from "node:assert/strict";
import { test } from "node:test";

import { effect, signal } from "@preact/signals";

import { GATHER_MS, Gathering } from "../src/net/gathering.js";
import { FakeClock } from "./fakes.js";

/** Return a gathering whose items are listed as they are handled, and each list that was shown. */
function listed() {
  const clock = new FakeClock();
  const list = signal(/** @type {number[]} */ ([]));
  /** @type {number[][]} */
  const shown = [];
  const gathering = new Gathering(clock, (/** @type {number} */ item) => {
    list.value = [...list.peek(), item];
  });
  effect(() => void shown.push(list.value));
  return { clock, gathering, shown };
}

test("what comes after a pause is handled at once, and what follows closely all together", async () => {
  const { clock, gathering, shown } = listed();
  for (const item of [1, 2, 3]) gathering.add(item);
  assert.deepEqual(shown, [[], [1]]);
  await clock.advance(GATHER_MS - 1);
  assert.deepEqual(shown.length, 2);
  await clock.advance(1);
  assert.deepEqual(shown.slice(2), [[1, 2, 3]]);
  await clock.advance(GATHER_MS);
  gathering.add(4);
  assert.deepEqual(shown.slice(3), [[1, 2, 3, 4]]);
});

test("what has been gathered is handled when it is asked for, once, or forgotten", async () => {
  const { clock, gathering, shown } = listed();
  for (const item of [1, 2]) gathering.add(item);
  gathering.flush();
  assert.deepEqual(shown.at(-1), [1, 2]);
  gathering.add(3);
  gathering.clear();
  await clock.advance(2 * GATHER_MS);
  assert.deepEqual(shown.at(-1), [1, 2]);
});

test("a clock that is set back holds nothing up", () => {
  const { clock, gathering, shown } = listed();
  gathering.add(1);
  clock.ms -= 3_600_000;
  gathering.add(2);
  assert.deepEqual(shown.at(-1), [1, 2]);
});
