/** Drafts: what was typed is kept, comes back once, and what was sent never does. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { signal } from "@preact/signals";

import { EMPTY, NEAR_BYTES, TEXT_BYTES_MAX, abandon, beginEdit, beginReply, bytesLeft, giveBack, lastEditable, post } from "../src/state/draft.js";
import { createDrafts } from "../src/state/drafts.js";
import { FakeClock, fakeKept, message } from "./fakes.js";
import { Browser } from "./world/browser.js";
import { Clock } from "./world/clock.js";
import { opened } from "./world/opened.js";
import { Server } from "./world/server.js";

/** @typedef {import("../src/state/shapes.js").Draft} Draft */

const KEY = "draft me general";
const LOST_MS_MAX = 1_000;
const KEY_MS = 70;

function draftsOf({ kept = fakeKept(), clock = new FakeClock() } = {}) {
  /** @type {(() => void)[]} */
  const leaving = [];
  const parts = { kept, after: clock.after, onLeave: (/** @type {() => void} */ what) => void leaving.push(what) };
  const drafts = createDrafts(parts, { me: signal("me") });
  drafts.load();
  return { drafts, kept, clock, leave: () => leaving.forEach((what) => what()) };
}

/** @param {string} text @returns {Draft} */
const draft = (text) => ({ ...EMPTY, text });

test("who types without a pause loses at most a second of it by a kill at any moment", async () => {
  const { drafts, kept, clock } = draftsOf();
  for (let typed = 1; typed <= 100; typed += 1) {
    drafts.set("general", draft("x".repeat(typed)));
    await clock.advance(KEY_MS);
    const isKept = kept.get(KEY)?.text.length ?? 0;
    assert.ok((typed - isKept) * KEY_MS <= LOST_MS_MAX, `${typed} typed, ${isKept} kept`);
  }
});

test("who leaves the page loses nothing of any draft", () => {
  const { drafts, kept, leave } = draftsOf();
  drafts.set("general", draft("for all"));
  drafts.set("general#7", draft("in a thread"));
  leave();
  const { drafts: again } = draftsOf({ kept });
  assert.equal(again.get("general").value.text, "for all");
  assert.equal(again.get("general#7").value.text, "in a thread");
  assert.deepEqual(again.keys.value, new Set(["general", "general#7"]));
});

test("what is sent is forgotten at the moment at which it waits to be sent", async () => {
  const { drafts, kept, clock } = draftsOf();
  drafts.set("general", draft("  all of it \n"));
  await clock.advance(LOST_MS_MAX);
  /** @type {unknown[]} */
  const posted = [];
  post({ drafts, outbox: { post: (...what) => posted.push(what) } }, "general", "general", 0);
  assert.deepEqual(posted, [["general", "all of it", 0]]);
  assert.equal(kept.get(KEY), undefined); // a kill now would lose nothing, and bring nothing back
  await clock.advance(LOST_MS_MAX);
  assert.equal(kept.get(KEY), undefined);
});

test("a reply goes to what it replies to, and else to the root of its thread", () => {
  const { drafts } = draftsOf();
  /** @type {unknown[]} */
  const posted = [];
  const outbox = { post: (/** @type {unknown[]} */ ...what) => posted.push(what) };
  drafts.set("general#3", draft("to all of it"));
  post({ drafts, outbox }, "general#3", "general", 3);
  drafts.set("general#3", draft("to one"));
  beginReply(drafts, "general#3", 5);
  post({ drafts, outbox }, "general#3", "general", 3);
  assert.deepEqual(posted, [["general", "to all of it", 3], ["general", "to one", 5]]);
});

test("what one tab sends is a draft in no other one, and in none that is opened later", async () => {
  const clock = new Clock();
  const browser = new Browser(new Server(clock));
  const [one, other] = [await opened(browser, "ann"), await opened(browser, "ann")];
  one.app.drafts.set("general", draft("half a thou"));
  await clock.pass(LOST_MS_MAX);
  assert.equal(other.app.drafts.get("general").value.text, "half a thou");
  other.app.drafts.set("general", draft("half a thought")); // it goes on in the other, and is sent there
  post(other.app, "general", "general", 0);
  await clock.pass(LOST_MS_MAX);
  for (const { app, tab } of [one, other, await opened(browser, "ann")]) {
    tab.leave();
    assert.deepEqual(app.drafts.get("general").value, EMPTY);
    assert.deepEqual(app.drafts.keys.value, new Set());
  }
  assert.deepEqual(browser.server.texts("general"), ["half a thought"]);
});

test("a tab that is killed while it sends leaves the text on its way and no draft", async () => {
  const clock = new Clock();
  const browser = new Browser(new Server(clock));
  const one = await opened(browser, "ann");
  one.app.drafts.set("general", draft("mine"));
  await clock.pass(LOST_MS_MAX);
  post(one.app, "general", "general", 0);
  one.tab.kill();
  const { app } = await opened(browser, "ann");
  assert.deepEqual(app.drafts.get("general").value, EMPTY);
  await clock.pass(LOST_MS_MAX);
  assert.deepEqual(browser.server.texts("general"), ["mine"]);
});

test("an edit puts the draft aside, and gives it back", () => {
  const { drafts } = draftsOf();
  drafts.set("general", { text: "half", replyTo: 3, editing: 0 });
  beginEdit(drafts, "general", { seq: 1, text: "one" });
  beginEdit(drafts, "general", { seq: 2, text: "two" });
  assert.deepEqual(drafts.get("general").peek(), { text: "two", replyTo: 0, editing: 2 });
  beginReply(drafts, "general", 5);
  assert.deepEqual(drafts.get("general").peek(), { text: "half", replyTo: 5, editing: 0 });
  abandon(drafts, "general");
  assert.deepEqual(drafts.get("general").peek(), { text: "half", replyTo: 0, editing: 0 });
});

test("an edit and what waits behind it are both kept over a reload", () => {
  const { drafts, kept, leave } = draftsOf();
  drafts.set("general", draft("half"));
  beginEdit(drafts, "general", { seq: 1, text: "one" });
  leave();
  const { drafts: again } = draftsOf({ kept });
  assert.deepEqual(again.get("general").value, { text: "one", replyTo: 0, editing: 1 });
  abandon(again, "general");
  assert.deepEqual(again.get("general").value, draft("half"));
});

test("a text that is given back stands behind what is written, also behind an edit", () => {
  const { drafts } = draftsOf();
  giveBack(drafts, "general", "later");
  assert.equal(drafts.get("general").peek().text, "later");
  giveBack(drafts, "general", "still later");
  beginEdit(drafts, "general", { seq: 3, text: "posted" });
  giveBack(drafts, "general", "last");
  assert.equal(drafts.get("general").peek().text, "posted");
  abandon(drafts, "general");
  assert.equal(drafts.get("general").peek().text, "later\nstill later\nlast");
});

test("bytes are counted as the server counts them, and no text over the limit escapes that", () => {
  for (const [unit, bytes] of /** @type {const} */ ([["a", 1], ["я", 2], ["字", 3], ["🎉", 4], ["\ud83d", 3]])) {
    const most = Math.floor(TEXT_BYTES_MAX / bytes);
    assert.equal(bytesLeft(unit.repeat(most)), TEXT_BYTES_MAX - most * bytes, unit);
    assert.ok(bytesLeft(unit.repeat(most + 1)) < 0, unit);
    assert.ok(bytesLeft(unit.repeat(Math.ceil((TEXT_BYTES_MAX - NEAR_BYTES + 1) / bytes))) < NEAR_BYTES, unit);
  }
  assert.equal(bytesLeft(`${"a".repeat(TEXT_BYTES_MAX)}\n `), 0); // blanks around it are not sent
  assert.equal(bytesLeft("short"), Infinity);
});

test("the last own text is edited: no file, nothing deleted, nobody else's", () => {
  const mine = { author: "me" };
  const entries = [
    message(1, mine),
    message(2, { ...mine, kind: "comment" }),
    message(3, { ...mine, deleted: true, text: "" }),
    message(4, { ...mine, kind: "file", name: "a.txt", text: "a caption" }),
    message(5),
  ];
  assert.equal(lastEditable(entries, "me")?.seq, 2);
  assert.equal(lastEditable(entries.slice(4), "me"), undefined);
});
