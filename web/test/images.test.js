import assert from "node:assert/strict";
import { test } from "node:test";

import { nextImage } from "../src/state/images.js";
import { message } from "./fakes.js";

const IMAGES = new Set([3, 700, 701]);
const LAST = 900;
/** @param {number} seq */
const entryOf = (seq) => message(seq, IMAGES.has(seq) ? { kind: "file", width: 8, height: 8 } : {});

/** A server whose pages are as long as they may be. */
function server() {
  let pages = 0;
  return {
    pages: () => pages,
    /** @param {string} _ @param {Record<string, any>} params */
    read: async (_, { before, after, limit }) => {
      pages += 1;
      const first = before === undefined ? after + 1 : Math.max(1, before - limit);
      const last = before === undefined ? Math.min(LAST, after + limit) : before - 1;
      const entries = Array.from({ length: last - first + 1 }, (_, at) => entryOf(first + at));
      const next = before === undefined ? (last < LAST ? last : null) : first > 1 ? first : null;
      return { entries, next };
    },
  };
}

test("the nearest image is found, however far it is, and none behind the last one", async () => {
  const { read } = server();
  const go = async (/** @type {number} */ seq, /** @type {"before" | "after"} */ direction) =>
    (await nextImage(read, { room: "general", seq }, direction, { aborted: false }))?.seq ?? null;
  assert.equal(await go(3, "after"), 700);
  assert.equal(await go(700, "after"), 701);
  assert.equal(await go(701, "after"), null);
  assert.equal(await go(701, "before"), 700);
  assert.equal(await go(700, "before"), 3);
  assert.equal(await go(3, "before"), null);
});

test("whoever has left is searched for no longer", async () => {
  const { read, pages } = server();
  const stop = { aborted: false };
  const found = nextImage(read, { room: "general", seq: 3 }, "after", stop);
  stop.aborted = true;
  assert.equal(await found, null);
  assert.equal(pages(), 1);
});
