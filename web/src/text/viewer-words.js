/** What is said beside an image that is shown large, in all languages. */

import { textsOf } from "./index.js";

const en = Object.freeze({
  before: "Previous image",
  after: "Next image",
  show: "Show in the room",
  none: "There is no other image that way.",
});

/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({
  before: "Предыдущее изображение",
  after: "Следующее изображение",
  show: "Показать в комнате",
  none: "Дальше изображений нет.",
});

export const { t } = textsOf({ en, ru });
