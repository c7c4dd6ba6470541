import assert from "node:assert/strict";
import { test } from "node:test";

import { language } from "../src/text/index.js";
import { clock, timeZone } from "../src/text/times.js";

const MORNING = Date.UTC(2026, 1, 1, 8, 25);

/** Prefer these languages, as a browser's settings do. @param {string[]} languages */
function prefer(languages) {
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
}

test("times are as the locale writes them: hours have two digits where they are 24", () => {
  timeZone.value = "UTC";
  const found = ["en-GB", "en-US", "ru-RU"].map((tag) => {
    prefer([tag]);
    language.value = language.value === "en" ? "ru" : "en"; // what was found of the language is forgotten
    language.value = /** @type {"en" | "ru"} */ (tag.slice(0, 2));
    return clock(MORNING).replace(/\s/u, " ");
  });
  assert.deepEqual(found, ["08:25", "8:25 AM", "08:25"]);
});
