/** The page begins here. */

import { h, render } from "preact";

import { browserParts } from "./net/browser.js";
import { part } from "./net/part.js";
import { keepShell } from "./shell.js";
import { createApp } from "./state/app.js";
import { keepFromComposing } from "./view/composing.js";
import { Page } from "./view/page.js";

const root = document.getElementById("app");
const app = createApp(browserParts(), part(() => import("./inside.js")));
app.start();
keepFromComposing(window);
if (root !== null) render(h(Page, { app }), root);

addEventListener("load", async () => {
  const look = await keepShell(() => {
    app.session.outdated.value = true;
  });
  app.session.line.subscribe(({ state }) => state === "online" && look());
});
