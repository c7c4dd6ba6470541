/** Where the page begins. */

import { h, render } from "preact";

import { keepShell } from "./shell.js";

/** What is seen until the page has found out what to show. */
function Loading() {
  return h("main", null, h("p", null, "Loading …"));
}

const app = document.getElementById("app");
if (app !== null) render(h(Loading, null), app);
addEventListener("load", () => void keepShell(() => {}));
