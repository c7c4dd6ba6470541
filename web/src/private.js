/** Private rooms: who is in them, and how one gets in. Loaded when somebody looks at that. */

import { part } from "./net/part.js";
import { enPrivate } from "./text/en-private.js";
import { learn } from "./text/index.js";

export { JoinByLink } from "./view/private/join-by-link.js";
export { Joining } from "./view/private/joining.js";
export { MembersBeside } from "./view/private/members.js";

const russian = part(() => import("./text/ru-private.js"));
/** Settled when the words are there. */
export const learned = learn(enPrivate, async () => (await russian()).ruPrivate);
