/** What the search says, in all languages. */

import { textsOf } from "./index.js";

const en = Object.freeze({
  words: "Words",
  hint: "Words, or how they begin",
  where: "Where",
  everywhere: "everywhere",
  author: "From",
  anybody: "anybody",
  begin: "Finds messages and files in which a word begins with each of these.",
  searching: "Searching…",
  none: "Nothing found",
  found: { one: "{n} found", other: "{n} found" },
  foundMore: { one: "{n} found so far", other: "{n} found so far" },
  unknown: "There is nobody of that name, or no such room.",
  unclear: "Search for 1 to 8 words.",
});

/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({
  words: "Слова",
  hint: "Слова или их начала",
  where: "Где",
  everywhere: "везде",
  author: "От кого",
  anybody: "от любого",
  begin: "Находит сообщения и файлы, где с каждого из этих слов начинается какое-нибудь слово.",
  searching: "Поиск…",
  none: "Ничего не найдено",
  found: { one: "Найдено: {n}", other: "Найдено: {n}" },
  foundMore: { one: "Пока найдено: {n}", other: "Пока найдено: {n}" },
  unknown: "Нет такого имени или такой комнаты.",
  unclear: "Ищите от 1 до 8 слов.",
});

export const { t } = textsOf({ en, ru });
