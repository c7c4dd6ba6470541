/** What is completed in a text, and how a pasted table reads. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { completed, distinct, isCode, peopleLike, wholeEmojiAt, wordAt } from "../src/state/completion.js";
import { EMOJI, emojiLike, emojiNamed } from "../src/state/emoji.js";
import { tableText } from "../src/state/table-text.js";
import { USUAL } from "../src/state/usual-emoji.js";
import { emojiRu } from "../src/text/emoji-ru.js";

/** What is completed at the mark "|". @param {string} marked */
function wordIn(marked) {
  const caret = marked.indexOf("|");
  const word = wordAt(marked.replace("|", ""), caret);
  return word === null ? null : `${word.kind} ${word.typed} at ${word.start}`;
}

test("names and emoji are completed where they begin, and nothing else is", () => {
  assert.equal(wordIn("@|"), "name  at 0");
  assert.equal(wordIn("to @Be|, please"), "name Be at 3");
  assert.equal(wordIn("(@дм|"), "name дм at 1");
  assert.equal(wordIn("«@j.smi|»"), "name j.smi at 1");
  assert.equal(wordIn("well done :ta|"), "emoji ta at 10");
  assert.equal(wordIn("да :ог|"), "emoji ог at 3");
  assert.equal(wordIn(":+1|"), "emoji +1 at 0");
  for (const none of ["ann@exam|", "@ann |", "@@a|", "https://x.org/@al|", "12:30|", "a:bc|", ":D|", ":|", "std::vec|", "nothing|", "|@ann"]) {
    assert.equal(wordIn(none), null, none);
  }
});

test("in code nothing is completed", () => {
  assert.equal(wordIn("```\n@dec|"), null);
  assert.equal(wordIn("see `@dec|`"), null);
  assert.equal(wordIn("```\n@a\n```\n@be|"), "name be at 11");
  assert.equal(wordIn("`a` @be|"), "name be at 4");
  assert.equal(isCode("`a\nb", 4), false); // no span goes over a line's end here
});

test("a whole name of an emoji is found when its last colon is typed", () => {
  assert.equal(wholeEmojiAt("so :tada:", 9)?.typed, "tada");
  assert.equal(wholeEmojiAt(":x:", 3)?.typed, "x");
  for (const none of ["10:30:", "a:b:", "::x:", "`:x:", ": x:"]) assert.equal(wholeEmojiAt(none, none.length), null, none);
});

test("people are found by the beginning of a name or of a part of it, nearest first", () => {
  const people = [
    { name: "zed", online: false, display_name: "Anna Benson" },
    { name: "ann.ben", online: true },
    { name: "bendix", online: false },
    { name: "ben", online: true },
    { name: "дмитрий", online: true },
  ];
  const names = (/** @type {string} */ typed) => peopleLike(typed, people, 8).map(({ name }) => name);
  assert.deepEqual(names("BEN"), ["bendix", "ben", "zed", "ann.ben"]);
  assert.deepEqual(names("Дм"), ["дмитрий"]);
  assert.deepEqual(names("ｂｅｎｄ"), ["bendix"]);
  assert.deepEqual(names("x"), []);
  assert.equal(peopleLike("", people, 2).length, 2);
});

test("who is known of in two ways is offered once, and the reader never", () => {
  const [ann, again, me] = [{ name: "ann", online: true }, { name: "ann", online: false }, { name: "me", online: true }];
  assert.deepEqual(distinct([ann, again, me], "me"), [ann]);
});

test("a blank follows what was taken, unless one stands there", () => {
  assert.equal(completed("@be", { kind: "name", start: 0, end: 3, typed: "be" }, "@ben"), "@ben ");
  assert.equal(completed("@be there", { kind: "name", start: 0, end: 3, typed: "be" }, "@ben"), "@ben");
});

test("emoji have the names of other chats, of the console, and Russian ones", () => {
  for (const [name, emoji] of [["tada", "🎉"], ["+1", "👍"], ["thumbsup", "👍"], ["HEART", "❤️"], ["party", "🎉"], ["sad", "🙁"]]) {
    assert.equal(emojiNamed(name ?? ""), emoji, name);
  }
  assert.equal(emojiNamed("no such thing"), "");
  assert.equal(emojiNamed("огонь"), "");
  assert.equal(emojiNamed("Огонь", emojiRu), "🔥");
  assert.deepEqual(emojiLike("слез", 1, emojiRu), [{ emoji: "😂", name: "слёзы_радости" }]);
  assert.equal(emojiLike("fire", 1, emojiRu)[0]?.emoji, "🔥");
  const all = new Set(EMOJI.map(({ emoji }) => emoji));
  for (const emoji of [...Object.keys(emojiRu), ...USUAL]) assert.ok(all.has(emoji), emoji);
});

test("the emoji that is meant most often comes first", () => {
  assert.equal(emojiLike("heart", 8)[0]?.emoji, "❤️");
  assert.equal(emojiLike("thu", 8)[0]?.emoji, "👍");
  assert.equal(emojiLike("eyes", 8)[1]?.name, "roll_eyes"); // a word in the name
  assert.ok(emojiLike("happy", 8).some(({ name }) => name === "grinning")); // by its description
  assert.equal(emojiLike("s", 5).length, 5);
});

const MARKUP = "<html><body><table class='x'>";

test("a pasted table becomes lines with columns of one width, numbers to the right", () => {
  const plain = "Name\tPrice\tПримечание\r\nApple\t1.50\tкислое\r\nWatermelon\t12.00\t\r\n";
  const lines = ["```", "Name       | Price | Примечание", "Apple      |  1.50 | кислое", "Watermelon | 12.00 |", "```", ""];
  assert.equal(tableText(MARKUP, plain, false), lines.join("\n"));
  assert.equal(tableText(MARKUP, plain, true), lines.slice(1, -2).join("\n"));
});

test("cells of several lines, wide letters and long texts keep a table readable", () => {
  assert.equal(tableText(MARKUP, '"two\nlines"\t"a ""quote"""', false), 'two lines | a "quote"');
  assert.equal(tableText(MARKUP, "日本\tx\nabcd\ty", true), "日本 | x\nabcd | y");
  const long = "word ".repeat(20).trim();
  assert.equal(tableText(MARKUP, `a\tb\n${long}\tc`, true), `a | b\n${long} | c`);
});

test("what is no table is pasted as it is", () => {
  assert.equal(tableText("<p>", "a\tb\nc\td", false), null);
  assert.equal(tableText("", "a\tb", false), null);
  assert.equal(tableText(MARKUP, "one cell", false), null);
  assert.equal(tableText(MARKUP, "\tif x:\n\t\ty()", false), null); // code, as some pages show it
  assert.equal(tableText(MARKUP, "Some words\na\tb", false), null);
});
