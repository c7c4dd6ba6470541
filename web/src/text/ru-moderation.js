/** Russian: reports, blocks, and what administrators do. */

export const ru = Object.freeze({
  general: "Общая",
  reason: "Причина",
  done: "Готово.",

  "person.write": "Написать {name}",
  "report.title": "Пожаловаться администраторам",
  "report.message": "Пожаловаться на это сообщение",
  "report.hint":
    "Администраторы видят ваше имя и ваши слова; {name} не видит ни того, ни другого. Несколько жалоб от разных людей ведут к запрету писать.",
  "report.why": "Что не так",
  "report.send": "Пожаловаться",
  "report.done": "Ваша жалоба у администраторов.",
  "block.title": "Блокировка",
  "block.hint": "Вы и {name} не сможете писать и приглашать друг друга. В комнатах, где есть и другие, вы видите друг друга.",
  "block.block": "Заблокировать {name}",
  "block.unblock": "Разблокировать {name}",

  "admin.title": "Как администратор",
  "admin.hint": "Причину увидит {name}.",
  "admin.remove": "Удалить это сообщение",
  "admin.hours": "Часы",
  "admin.ban": "Запретить писать",
  "admin.unban": "Снять запрет",
  "admin.clearName": "Отменить показываемое имя",
  "admin.posts": "Вместе со всем написанным",
  "admin.delete": "Удалить учётную запись навсегда",

  "reports.title": "Открытые жалобы",
  "reports.none": "Жалоб нет.",
  "reports.who": "{reporter} о {user}, {time}",
  "reports.jump": "Показать в комнате {room}",
  "reports.decide": "Решить о {user}…",
  "reports.dismiss": "Отклонить",
  "reports.of": "{reporter} о {user}",
});
