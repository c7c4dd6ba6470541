/** What is said of scheduled messages, in all languages. */

import { textsOf } from "./index.js";

const en = Object.freeze({
  when: "Send it at",
  server: "In the server's time zone",
  hour: "In 1 hour",
  tomorrow: "Tomorrow, {time}",
  monday: "Monday, {time}",
  schedule: "Schedule",
  done: "It will be sent: {time}",
  write: "Write a message first; then it can be scheduled here.",
  none: "Nothing is scheduled.",
  list: "Scheduled",
  due: "{time}, {room}",
  banned: "You are banned; it is tried again at {time}.",
  rate_limited: "Your messages were used up; it is tried again at {time}.",
  failed: "It can't be posted: {reason}",
  notThere: "you are not in that room any more, or that user is gone.",
  notAccepted: "that user accepts nothing from you, or you have blocked them.",
  takeBack: "Take back",
  takeBackOne: "Take back: {text}",
  badTime: "Choose a time from now on, at most a year ahead.",
  full: "You have as many scheduled messages as you may.",
  gone: "It is not scheduled any more.",
});

/** @type {Readonly<Record<keyof typeof en, import("./index.js").Words>>} */
const ru = Object.freeze({
  when: "Отправить в",
  server: "По времени сервера",
  hour: "Через час",
  tomorrow: "Завтра, {time}",
  monday: "Понедельник, {time}",
  schedule: "Отложить",
  done: "Будет отправлено: {time}",
  write: "Сначала напишите сообщение; тогда его можно отложить здесь.",
  none: "Ничего не отложено.",
  list: "Отложенные",
  due: "{time}, {room}",
  banned: "Вам запрещено писать; следующая попытка: {time}.",
  rate_limited: "Вы исчерпали свои сообщения; следующая попытка: {time}.",
  failed: "Не может быть отправлено: {reason}",
  notThere: "вы больше не в этой комнате, или такого пользователя больше нет.",
  notAccepted: "этот пользователь ничего от вас не принимает, или вы его заблокировали.",
  takeBack: "Вернуть",
  takeBackOne: "Вернуть: {text}",
  badTime: "Выберите время не раньше нынешнего и не дальше года вперёд.",
  full: "Больше отложенных сообщений у вас быть не может.",
  gone: "Это больше не отложено.",
});

export const { t, nodes } = textsOf({ en, ru });
