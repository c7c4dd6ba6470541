/** The words of private rooms. */

import { en } from "../../text/en-private.js";
import { textsOf } from "../../text/index.js";
import { ru } from "../../text/ru-private.js";

export const { t, nodes } = textsOf({ en, ru });

/** @typedef {keyof typeof en} Own */
