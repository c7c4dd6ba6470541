/** The words of the settings' panels. */

import { en } from "../../text/en-account.js";
import { textsOf } from "../../text/index.js";
import { ru } from "../../text/ru-account.js";

export const { t, nodes } = textsOf({ en, ru });

/** @typedef {keyof typeof en} Own */
