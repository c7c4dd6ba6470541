/** All that notifications need: loaded when somebody wants them. */

export { browserNotices } from "./net/notices.js";
export { createNotifications } from "./state/notifications.js";
export { noticeText } from "./text/notice-text.js";
