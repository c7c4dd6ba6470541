/** What helps to write: completion and pasted tables. Loaded when somebody writes a sign that it is for. */

export { isCode } from "./state/completion.js";
export { tableText } from "./state/table-text.js";
export { Completion } from "./view/completion.js";
