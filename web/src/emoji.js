/** Emoji: their names, and where one is picked. Loaded when somebody looks for one. */

export { emojiLike, emojiNamed } from "./state/emoji.js";
export { EmojiPicker } from "./view/emoji-picker.js";
