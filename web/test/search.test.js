import assert from "node:assert/strict";
import { test } from "node:test";

import { createSearch } from "../src/state/search.js";
import { excerpt } from "../src/text/excerpt.js";
import { message } from "./fakes.js";

/** @typedef {import("../src/state/shapes.js").Entry} Entry */

/** @param {string} text @param {string} words */
function marked(text, words) {
  return excerpt(text, words).map((piece) => (piece.isFound ? `[${piece.text}]` : piece.text)).join("");
}

test("excerpt: the beginnings of words are marked, in any case and composition, and whatever they are made of", () => {
  assert.equal(marked("The harbour, charm and Har", "har"), "The [har]bour, charm and [Har]");
  assert.equal(marked("Cafe\u0301 au lait", "CAFÉ la"), "[Café] au [la]it");
  assert.equal(marked("a.b (c) [d] $", "b $ [d"), "a.[b] (c) [[d]] $");
  assert.equal(marked("我们明天见面", "明天"), "我们[明天]见面");
  assert.equal(marked("nothing of it", "!"), "nothing of it");
});

test("excerpt: of a long text, what is around the first word found, cut between words and never within a letter", () => {
  const shown = marked(`${"before ".repeat(100)}target ${"after ".repeat(100)}`, "target");
  assert.match(shown, /^…(before )+\[target\] (after )+…$/);
  assert.ok(shown.length < 230, shown);
  const letters = marked("𝒳".repeat(1_000), "nothing");
  assert.ok(letters.isWellFormed() && letters.length < 210);
});

/** A server whose pages are answered when the test says so. */
function slowServer() {
  /** @type {{params: any, answer: (page: {entries: Entry[], next: string | null}) => void}[]} */
  const asked = [];
  const call = (/** @type {string} */ _, /** @type {any} */ params) =>
    new Promise((answer) => void asked.push({ params, answer }));
  return { asked, call };
}

const settle = () => new Promise((done) => setImmediate(done));

test("search: an answer that comes after another question is dropped", async () => {
  const { asked, call } = slowServer();
  const search = createSearch(call);
  search.ask({ words: "old", room: "", author: "" });
  search.ask({ words: "new", room: "", author: "" });
  asked[1]?.answer({ entries: [message(2)], next: null });
  asked[0]?.answer({ entries: [message(1)], next: null });
  await settle();
  assert.deepEqual(search.found.value.map(({ seq }) => seq), [2]);
  search.ask({ words: "", room: "", author: "" });
  assert.deepEqual([search.found.value.length, search.isBusy.value], [0, false]);
});

test("search: an empty page that is not the last is gone on from by itself, and not without end", async () => {
  const { asked, call } = slowServer();
  const search = createSearch(call);
  search.ask({ words: "rare", room: "general", author: "" });
  for (let at = 0; at < asked.length; at += 1) {
    assert.equal(asked[at]?.params.after, at === 0 ? "" : `p${at}`);
    asked[at]?.answer({ entries: [], next: `p${at + 1}` });
    await settle();
  }
  assert.deepEqual([asked.length, search.isBusy.value, search.next.value], [8, false, "p8"]);
  search.more();
  asked[8]?.answer({ entries: [message(7)], next: null });
  await settle();
  assert.deepEqual([search.found.value.length, search.next.value], [1, null]);
});
