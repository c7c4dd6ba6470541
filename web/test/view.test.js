import assert from "node:assert/strict";
import { test } from "node:test";

import { directRoom, titleOf } from "../src/names.js";
import { enInside } from "../src/text/en-inside.js";
import { chosenLanguage, learn, setLanguage, t } from "../src/text/index.js";
import { sizeText } from "../src/text/sizes.js";
import { brief, day, dayOf, timeZone } from "../src/text/times.js";
import { errorText } from "../src/view/error-text.js";
import { fitted } from "../src/view/file-body.js";
import { matching } from "../src/view/jump.js";
import { addressOf, placeAt } from "../src/view/place.js";
import { firstUnread, rowsOf } from "../src/view/rows.js";
import { message } from "./fakes.js";

learn(enInside);
timeZone.value = "UTC";
const NOON = Date.UTC(2026, 4, 10, 12);
const DAY_MS = 86_400_000;

/** @param {ReturnType<typeof rowsOf>} rows */
function written(rows) {
  return rows.map((row) => (row.kind === "entry" ? `${row.entry.seq}${row.isContinued ? "+" : ""}` : row.kind));
}

test("rows: days, the unread line, and who goes on", () => {
  const entries = [
    message(1, { ts: NOON }),
    message(2, { ts: NOON + 1_000 }),
    message(3, { ts: NOON + 2_000, author: "eve" }),
    message(4, { ts: NOON + DAY_MS, author: "eve" }),
    message(5, { ts: NOON + DAY_MS + 400_000, author: "eve" }),
    message(6, { ts: NOON + DAY_MS + 400_001, author: "eve", kind: "comment" }),
  ];
  assert.deepEqual(written(rowsOf(entries, { me: "me", readSeq: 4 })), ["day", "1", "2+", "3", "day", "4", "unread", "5", "6"]);
});

test("rows: a gap is no day, and nobody goes on behind it", () => {
  const gap = { ...message(2, { author: undefined }), kind: "gap", gapTo: 8 };
  const rows = rowsOf([message(1, { ts: NOON }), gap, message(9, { ts: NOON + 1_000 })], { me: "me", readSeq: 99 });
  assert.deepEqual(written(rows), ["day", "1", "2", "9"]);
});

test("own entries and what tells of something are never unread", () => {
  const entries = [message(1, { author: "me" }), message(2, { kind: "member" }), message(3)];
  assert.equal(firstUnread(entries, { me: "me", readSeq: 0 }), 3);
  assert.equal(firstUnread(entries.slice(0, 2), { me: "me", readSeq: 0 }), 0);
});

test("addresses lead back to their places", () => {
  for (const room of ["general", "alice,bob", "+ops:k3f9", "алиса,bob"]) {
    assert.deepEqual(placeAt(addressOf(room, 42)), { room, seq: 42 });
    assert.deepEqual(placeAt(addressOf(room)), { room, seq: 0 });
  }
  for (const path of ["/", "/join", "/r/", "/r/%E0%A4%A", "/r/a/b/c"]) assert.equal(placeAt(path).room, "");
});

test("days are words where they are near", () => {
  assert.equal(day(NOON, NOON), "Today");
  assert.equal(day(NOON - DAY_MS / 2 - 1, NOON), "Yesterday");
  assert.equal(day(NOON - 3 * DAY_MS, NOON), "Thursday, May 7");
  assert.equal(day(NOON - 400 * DAY_MS, NOON), "April 5, 2025");
  assert.match(brief(NOON, NOON + 1), /^12:00/);
});

test("a day ends at the midnight of the zone", () => {
  timeZone.value = "Asia/Kathmandu"; // 5:45 ahead
  const midnight = Date.UTC(2026, 4, 10, 18, 15);
  assert.notEqual(dayOf(midnight - 1), dayOf(midnight));
  assert.equal(dayOf(midnight), dayOf(midnight + DAY_MS - 1));
  timeZone.value = "UTC";
});

test("plurals follow the language", async () => {
  assert.equal(t("entry.comments", { n: 1 }), "1 reply");
  assert.equal(t("entry.comments", { n: 1_234 }), "1,234 replies");
  await setLanguage("ru");
  assert.deepEqual(
    [1, 2, 5, 11, 21].map((n) => t("entry.comments", { n })),
    ["1 ответ", "2 ответа", "5 ответов", "11 ответов", "21 ответ"],
  );
  await setLanguage("en");
});

test("the language is the one set, else the first one known", () => {
  assert.equal(chosenLanguage("", ["de-DE", "ru-RU", "en"]), "ru");
  assert.equal(chosenLanguage("en", ["ru"]), "en");
  assert.equal(chosenLanguage("", ["de"]), "en");
});

test("errors are told from their codes and details", () => {
  assert.equal(errorText({ code: "too_large", details: { limit: 5 * 1_024 * 1_024 } }), "Too large: at most 5 MB.");
  assert.match(errorText({ code: "banned", details: { until: Date.now() + 60_000 } }), /until/);
  assert.equal(errorText({ code: "of a newer server" }), errorText({ code: "internal" }));
  assert.equal(sizeText(0), "0 byte");
});

test("an image keeps its form, and is never enlarged", () => {
  assert.deepEqual(fitted(1_200, 800), { width: 420, height: 280 });
  assert.deepEqual(fitted(10, 20), { width: 10, height: 20 });
  assert.deepEqual(fitted(1, 60_000), { width: 1, height: 320 });
});

test("a jump prefers what begins so", () => {
  const choices = ["general", "+engine", "Bengt", "eva"].map((title) => ({ room: title, title, unread: 0 }));
  assert.deepEqual(matching("EN", choices).map(({ title }) => title), ["+engine", "general", "Bengt"]);
});

test("rooms are shown as people call them", () => {
  assert.equal(titleOf("alice,bob", "bob"), "alice");
  assert.equal(titleOf("+ops:k3f9", "bob"), "+ops");
  assert.equal(directRoom("\u{10400}", "\uff41"), "\uff41,\u{10400}");
});
