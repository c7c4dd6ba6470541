/** Loads the emoji when one is looked for, with their names in the reader's language. */

import { language } from "../text/index.js";

/** @typedef {Awaited<ReturnType<typeof load>>} Emoji */

/** @type {Map<string, Promise<Emoji>>} */
const loaded = new Map();

/** @returns {Promise<Emoji>} rejected without a line, and tried again the next time */
export function loadEmoji() {
  const wanted = language.peek();
  const found = loaded.get(wanted) ?? load(wanted);
  loaded.set(wanted, found);
  found.catch(() => loaded.delete(wanted));
  return found;
}

/** @param {string} wanted */
async function load(wanted) {
  const [part, own] = await Promise.all([import("../emoji.js"), wanted === "ru" ? russian() : NONE]);
  return { ...part, own };
}

/** @type {Readonly<Record<string, string>>} */
const NONE = Object.freeze({});

async function russian() {
  return (await import("../text/emoji-ru.js")).emojiRu;
}
