import assert from "node:assert/strict";
import { test } from "node:test";

import { timeZone } from "../src/text/times.js";
import { msOf, usualTimes, wallOf } from "../src/text/wall.js";

const ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"];
const MINUTE_MS = 60_000;

test("wall time: there and back in any zone, all the year", () => {
  for (const zone of ZONES) {
    timeZone.value = zone;
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2027, 0, 1); at += 7 * 3_599_940) {
      const ms = Math.floor(at / MINUTE_MS) * MINUTE_MS;
      assert.equal(wallOf(msOf(wallOf(ms))), wallOf(ms), `${zone} ${new Date(ms).toISOString()}`);
    }
  }
});

test("wall time: what a clock shows is another time in another zone", () => {
  timeZone.value = "Europe/Berlin";
  assert.equal(msOf("2026-07-01T09:00"), Date.UTC(2026, 6, 1, 7));
  assert.equal(msOf("2026-12-01T09:00"), Date.UTC(2026, 11, 1, 8));
  timeZone.value = "America/New_York";
  assert.equal(msOf("2026-03-08T04:00"), Date.UTC(2026, 2, 8, 8)); // clocks were set at 2:00
  timeZone.value = "Europe/Berlin";
  const skipped = msOf("2026-03-29T02:30"); // clocks go from 2:00 to 3:00
  assert.ok(Math.abs(skipped - Date.UTC(2026, 2, 29, 1)) <= 3_600_000);
  assert.equal(msOf(""), NaN);
  assert.equal(wallOf(Date.UTC(2026, 0, 1, 23)), "2026-01-02T00:00");
});

test("usual times: in an hour, tomorrow morning and on Monday, by the reader's own calendar", () => {
  timeZone.value = "Pacific/Kiritimati"; // 14 hours ahead
  const fridayThere = Date.UTC(2026, 4, 7, 12, 0, 1); // Thursday in UTC
  assert.deepEqual(usualTimes(fridayThere).map(({ wall }) => wall), [
    "2026-05-08T03:01",
    "2026-05-09T09:00",
    "2026-05-11T09:00",
  ]);
  timeZone.value = "UTC";
  assert.deepEqual(usualTimes(Date.UTC(2026, 4, 10, 12)).map(({ name }) => name), ["hour", "tomorrow"]); // a Sunday
  assert.equal(usualTimes(Date.UTC(2026, 4, 11, 8))[2]?.wall, "2026-05-18T09:00"); // a Monday
});
