/** The words of reports, blocks and what administrators do. */

import { en } from "../../text/en-moderation.js";
import { textsOf } from "../../text/index.js";
import { ru } from "../../text/ru-moderation.js";

export const { t, nodes } = textsOf({ en, ru });
