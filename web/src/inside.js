/** All that is only needed by who is signed in: loaded as one, when somebody is. */

import { enInside } from "./text/en-inside.js";
import { learn } from "./text/index.js";

export { createBehind } from "./state/behind.js";
export { Rooms } from "./view/rooms.js";

learn(enInside);
