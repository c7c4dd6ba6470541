/**
 * The words of the page, in the reader's language. A component that asks for some is rendered
 * again when the language changes.
 */

import { batch, computed, signal } from "@preact/signals";

import { part } from "../net/part.js";
import { en } from "./en.js";

/** @typedef {keyof typeof en | keyof typeof import("./en-inside.js").enInside} Key */
/** @typedef {string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>} Words */
/** @typedef {Readonly<Record<Key, Words>>} Texts */
/** @typedef {"en" | "ru"} Language */
/** @typedef {Readonly<Record<string, unknown>>} Values */
/** @typedef {import("preact").ComponentChild} Child */

/** What has been loaded of English. */
let english = /** @type {Texts} */ (en);

const russian = part(() => import("./ru.js"));

/** @type {Readonly<Record<Language, () => Promise<Texts>>>} */
const LOAD = Object.freeze({
  en: async () => english,
  ru: async () => (await russian()).ru,
});

/** The names of the languages, each in itself. */
export const LANGUAGES = Object.freeze({ en: "English", ru: "Русский" });

/** @type {import("@preact/signals").Signal<Language>} */
export const language = signal("en");
/** The reader's own kind of the language: 24 hours in British English, 12 in American. */
export const locale = computed(() => {
  const own = globalThis.navigator?.languages?.find((tag) => tag.toLowerCase().startsWith(language.value));
  return own ?? language.value;
});
/** @type {import("@preact/signals").Signal<Texts>} */
const texts = signal(english);

const PLACEHOLDER = /\{(\w+)\}/;

/**
 * Return the language to use: the one that was set, else the first one known that is preferred.
 *
 * @param {string} set "" if none was
 * @param {readonly string[]} preferred as `navigator.languages`
 * @returns {Language}
 */
export function chosenLanguage(set, preferred) {
  const codes = [set, ...preferred].map((tag) => tag.slice(0, 2).toLowerCase());
  const known = codes.find((code) => code in LOAD);
  return /** @type {Language} */ (known ?? "en");
}

/**
 * Show everything in this language from now on.
 *
 * @param {Language} wanted
 */
export async function setLanguage(wanted) {
  const loaded = await LOAD[wanted]();
  batch(() => {
    texts.value = loaded;
    language.value = wanted;
  });
}

/**
 * Know the other English words from now on, which only those need who are signed in.
 *
 * @param {Partial<Texts>} inside
 */
export function learn(inside) {
  english = { ...english, ...inside };
  if (language.peek() === "en") texts.value = english;
}

/** English ones where the others could not be had. @param {Key} key */
const wordsOf = (key) => texts.value[key] ?? english[key];

/**
 * Return a text. `n` among the values chooses the plural.
 *
 * @param {Key} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  return pieces(wordsOf(key), values).join("");
}

/**
 * Return a text whose values are nodes.
 *
 * @param {Key} key
 * @param {Values} values
 * @returns {Child[]}
 */
export function nodes(key, values) {
  return /** @type {Child[]} */ (pieces(wordsOf(key), values));
}

/**
 * Return `t` and `nodes` for a part of the page that brings its own words in all languages.
 *
 * @template {string} Own
 * @param {Readonly<Record<Language, Readonly<Record<Own, Words>>>>} own
 */
export function textsOf(own) {
  return {
    /** @param {Own} key @param {Values} [values] @returns {string} */
    t: (key, values = {}) => pieces(own[language.value][key], values).join(""),
    /** @param {Own} key @param {Values} values @returns {Child[]} */
    nodes: (key, values) => /** @type {Child[]} */ (pieces(own[language.value][key], values)),
  };
}

/**
 * @param {Words} words
 * @param {Values} values
 * @returns {unknown[]}
 */
function pieces(words, values) {
  const text = typeof words === "string" ? words : plural(words, Number(values.n));
  return text.split(PLACEHOLDER).map((piece, at) => (at % 2 ? shown(values[piece]) : piece));
}

/**
 * @param {Exclude<Words, string>} words
 * @param {number} count
 * @returns {string}
 */
function plural(words, count) {
  const rule = new Intl.PluralRules(language.value).select(count);
  return words[rule] ?? words.other ?? "";
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function shown(value) {
  return typeof value === "number" ? new Intl.NumberFormat(locale.value).format(value) : value;
}
