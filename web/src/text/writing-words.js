/** What is said while one writes or looks for an emoji, in all languages. */

import { textsOf } from "./index.js";

const en = Object.freeze({
  names: "People",
  emoji: "Emoji",
  found: { one: "{n} suggestion. Arrows choose, Enter takes.", other: "{n} suggestions. Arrows choose, Enter takes." },
  find: "Find an emoji",
  none: "Nothing found",
  usual: "Most used",
  "Smileys & Emotion": "Smileys",
  "People & Body": "People",
  "Animals & Nature": "Nature",
  "Food & Drink": "Food",
  "Travel & Places": "Travel",
  Activities: "Activities",
  Objects: "Objects",
  Symbols: "Symbols",
  Flags: "Flags",
});

/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({
  names: "Люди",
  emoji: "Эмодзи",
  found: {
    one: "{n} вариант. Стрелки выбирают, Enter берёт.",
    few: "{n} варианта. Стрелки выбирают, Enter берёт.",
    other: "{n} вариантов. Стрелки выбирают, Enter берёт.",
  },
  find: "Найти эмодзи",
  none: "Ничего не найдено",
  usual: "Чаще всего",
  "Smileys & Emotion": "Смайлики",
  "People & Body": "Люди",
  "Animals & Nature": "Природа",
  "Food & Drink": "Еда",
  "Travel & Places": "Путешествия",
  Activities: "Занятия",
  Objects: "Предметы",
  Symbols: "Символы",
  Flags: "Флаги",
});

export const { t } = textsOf({ en, ru });
