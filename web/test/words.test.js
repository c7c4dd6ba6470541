import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { NOTED } from "../src/state/behind.js";
import { en as enAccount } from "../src/text/en-account.js";
import { enInside } from "../src/text/en-inside.js";
import { learn, setLanguage } from "../src/text/index.js";
import { plain } from "../src/text/plain.js";
import { errorText } from "../src/view/error-text.js";

learn(enInside);
const TEXTS = new URL("../src/text/", import.meta.url);
const REFERENCE = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
/** What somebody did, and so knows; or a list shows it. */
const UNNOTED = [
  ...["join_asked", "request_settled", "blocked", "unblocked", "muted", "unread_from", "hook_made", "hook_revoked"],
  ...["device_added", "device_revoked", "password_changed", "scheduled", "cancelled", "moderated"],
];
const LANGUAGES = /** @type {const} */ (["en", "ru"]);

/** Return the words of a language in a module that has them: placeholders by key. @param {string} source */
function placeholdersIn(source) {
  const found = source.matchAll(/^  "?([^"\n:]+)"?:\s*(\{\n[^]*?\n  \},|.*(?:\n    ".*)?)$/gm);
  return new Map([...found].map(([, key = "", words = ""]) => [key, [...new Set(words.match(/\{\w+\}/g))].sort()]));
}

/** @param {string} name */
const source = (name) => readFileSync(new URL(name, TEXTS), "utf8");

test("both languages have the same words with the same placeholders", () => {
  const names = readdirSync(TEXTS);
  const parts = names.filter((name) => name.startsWith("en-") && name !== "en-inside.js").map((name) => [source(name), source(name.replace("en", "ru"))]);
  parts.push([source("en.js") + source("en-inside.js"), source("ru.js")]);
  for (const name of names.filter((one) => one.endsWith("-words.js"))) parts.push(source(name).split("const ru"));
  let count = 0;
  for (const [english = "", russian = ""] of parts) {
    const [one, other] = [placeholdersIn(english), placeholdersIn(russian)];
    assert.deepEqual([...other.keys()].sort(), [...one.keys()].sort());
    for (const [key, placeholders] of one) assert.deepEqual(other.get(key), placeholders, key);
    count += one.size;
  }
  assert.ok(count > 400, `${count} words were found`);
});

test("every self entry of the protocol is told of, or said to need no word", () => {
  const kinds = [...REFERENCE.matchAll(/^### `(\w+)`\n\nSelf log/gm)].map((match) => match[1] ?? "");
  assert.ok(kinds.includes("banned"));
  assert.deepEqual(kinds.sort(), [...NOTED, ...UNNOTED].sort());
});

test("every quota of the server has a name", () => {
  const quotas = readFileSync(new URL("../../chatd/handlers/quotas.py", import.meta.url), "utf8");
  const names = [...quotas.matchAll(/Quota\(\s*"(\w+)"/g)].map((match) => `quota.${match[1]}`);
  assert.ok(names.length > 10);
  assert.deepEqual(names.filter((name) => !(name in enAccount)), []);
});

test("every code of the protocol has words of its own in both languages", async () => {
  const table = REFERENCE.split("\n## Errors\n")[1] ?? "";
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1] ?? "");
  assert.ok(codes.includes("internal") && codes.includes("banned"));
  /** @type {string[][]} */
  const said = [];
  for (const language of LANGUAGES) {
    await setLanguage(language);
    said.push(codes.map((code) => errorText({ code })));
  }
  await setLanguage("en");
  for (const texts of said) assert.equal(new Set(texts).size, codes.length, "two codes say the same");
  assert.deepEqual(codes.filter((_, at) => said[0]?.[at] === said[1]?.[at]), []);
});

test("a line that reminds of a text has its words without its mark-up", () => {
  for (const [text, line] of [
    ["to *two o'clock*; **really _soon_**, ~~no~~ `code()`", "to two o'clock; really soon, no code()"],
    ["```js\ncode(1)\n```", "code(1)\n"],
    ["snake_case_name, 2 * 3 * 4, 2*3*4, __init__.py, \\*so\\*, *", "snake_case_name, 2 * 3 * 4, 2*3*4, init.py, \\*so\\*, *"],
    ["**cut o", "**cut o"],
  ]) {
    assert.equal(plain(text), line);
  }
});
