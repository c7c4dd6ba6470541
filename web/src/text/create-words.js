/** What is said where a private room is made, in all languages. */

import { textsOf } from "./index.js";

const en = Object.freeze({
  name: "Title",
  hint: "One word. Only people whom you invite or let in will see the room.",
  make: "Create",
  badTitle: "A title is one word of letters and digits of one script, and after the first also . _ -",
  taken: "You are in a room with that title, or in as many rooms as you may be.",
});

/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({
  name: "Название",
  hint: "Одно слово. Комнату увидят только те, кого вы пригласите или впустите.",
  make: "Создать",
  badTitle: "Название — одно слово из букв и цифр одного письма, после первой также . _ -",
  taken: "Вы уже в комнате с таким названием или в стольких комнатах, сколько разрешено.",
});

export const { t } = textsOf({ en, ru });
