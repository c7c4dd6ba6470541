/** Somebody in a tab. */

import { createApp } from "../../src/state/app.js";

/** @typedef {import("./browser.js").Browser} Browser */

/**
 * Return a tab in which somebody is signed in already.
 *
 * @param {Browser} browser
 * @param {string} name
 */
export async function opened(browser, name) {
  browser.values.set(`session ${name}`, `token of ${name}`);
  const tab = browser.tab();
  tab.user = name;
  const door = createApp(tab.parts, () => import("../../src/inside.js"));
  await door.start();
  while (door.behind.value === null) await browser.server.clock.pass(1);
  return { tab, app: { ...door, ...door.behind.value } };
}
