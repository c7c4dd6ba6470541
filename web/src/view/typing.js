/** Who is writing in a room: a line that is always there, so that nothing moves. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";

import { nodes, t } from "../text/index.js";
import { useSurroundings } from "./context.js";

const NAMED_MAX = 2;

/** @param {{room: string}} props */
export function Typing({ room }) {
  const { app } = useSurroundings();
  const names = useMemo(() => app.typing.in(room), [app.typing, room]).value;
  const [first, second] = names.map((name) => html`<bdi>${app.people.shown(name)}</bdi>`);
  return html`<p class="typing">
    ${names.length > NAMED_MAX
      ? t("typing.many")
      : second
        ? nodes("typing.two", { first, second })
        : first && nodes("typing.one", { first })}
  </p>`;
}
