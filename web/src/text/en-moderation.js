/** English: reports, blocks, and what administrators do. */

export const en = Object.freeze({
  general: "General",
  reason: "Reason",
  done: "Done.",

  "person.write": "Write to {name}",
  "report.title": "Report to the administrators",
  "report.message": "Report this message to the administrators",
  "report.hint": "Administrators see your name and what you write; {name} sees neither. Enough reports by different people ban.",
  "report.why": "What is wrong",
  "report.send": "Report",
  "report.done": "Your report is with the administrators.",
  "block.title": "Block",
  "block.hint": "You and {name} can't write to each other or invite each other. In rooms of more people you still see each other.",
  "block.block": "Block {name}",
  "block.unblock": "Unblock {name}",

  "admin.title": "As an administrator",
  "admin.hint": "The reason is shown to {name}.",
  "admin.remove": "Remove this message",
  "admin.hours": "Hours",
  "admin.ban": "Ban from sending",
  "admin.unban": "End the ban",
  "admin.clearName": "Take the shown name away",
  "admin.posts": "With everything they posted",
  "admin.delete": "Delete the account for good",

  "reports.title": "Open reports",
  "reports.none": "There are none.",
  "reports.who": "{reporter} reports {user}, {time}",
  "reports.jump": "Show in {room}",
  "reports.decide": "Decide about {user}…",
  "reports.dismiss": "Dismiss",
  "reports.of": "{reporter} about {user}",
});
