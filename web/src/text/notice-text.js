/** What a notification says, in all languages: of plain text, so that each name stands by itself. */

import { isDirect, titleOf } from "../names.js";
import { textsOf } from "./index.js";
import { plain } from "./plain.js";

const en = Object.freeze({ everyone: "{name} to everyone", group: "{name} in {room}", file: "File: {name}" });
/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({ everyone: "{name} всем", group: "{name} в {room}", file: "Файл: {name}" });
const { t } = textsOf({ en, ru });

const CHARACTERS = 160;

/**
 * @param {import("../state/shapes.js").Entry} entry
 * @param {string} me
 * @param {(name: string) => string} shown how a user is shown
 * @returns {{title: string, body: string}}
 */
export function noticeText({ room, author = "", text, name = "" }, me, shown) {
  const from = isolated(shown(author));
  const where = room === "general" ? t("everyone", { name: from }) : t("group", { name: from, room: isolated(titleOf(room, me)) });
  const line = text || t("file", { name: isolated(name) });
  const letters = [...plain(line).replace(/\s+/g, " ")];
  const body = letters.length > CHARACTERS ? `${letters.slice(0, CHARACTERS).join("")}…` : letters.join("");
  return { title: isDirect(room) ? from : where, body };
}

/** Keep the direction of a text to itself. @param {string} text */
function isolated(text) {
  return `\u2068${text}\u2069`;
}
