/**
 * Mark-up: a text as nodes. Emphasis, code, quotes, lists and links are made of it, and
 * everything else stays what was typed.
 *
 * marked's lexer reads the text, and the nodes are made here, one by one, so no string is ever
 * taken for HTML. What somebody wrote to slow a reader down is shown as it is.
 */

import { Lexer, Tokenizer } from "marked";
import { Fragment, h } from "preact";

import { NAME_CHARACTERS, foldName } from "../names.js";

/** @typedef {import("preact").ComponentChild} Child */
/** @typedef {import("marked").Token} Token */
/** @typedef {import("marked").Tokens.Link} Link */
/** @typedef {import("marked").Tokens.Image} Image */
/** @typedef {import("marked").Tokens.List} List */
/** @typedef {import("marked").Tokens.ListItem} ListItem */

/**
 * What surrounds a text.
 *
 * @typedef {object} Surroundings
 * @property {readonly string[]} [mentions] the users whom it names, as its entry says
 * @property {string} [me] the reader
 * @property {string} [origin] the page's own: its addresses open in the page
 * @property {import("preact").ComponentType<{text: string, language: string}>} [CodeBlock]
 */

/** More delimiters than this cost the lexer quadratic time, and nobody emphasizes so much. */
export const DELIMITERS_MAX = 500;
/** Quotes in quotes and lists in lists, deeper than this in one line, are no mark-up. */
export const DEPTH_MAX = 8;

const DELIMITER = /[*_~`[\]]+/g;
const TOO_DEEP = new RegExp(`^(?:[ \\t]*(?:>|[-*+]|\\d{1,9}[.)])){${DEPTH_MAX + 1}}`, "m");
const MENTION = new RegExp(`(?<![${NAME_CHARACTERS.replace("\\-", "")}@])@([${NAME_CHARACTERS}]{1,64})`, "gu");
const TRAILING_PUNCTUATION = /[._-]+$/;
const PROTOCOLS = new Set(["http:", "https:", "mailto:"]);
const LOOKS_LIKE_AN_ADDRESS = /:\/\/|^[^\s@]+\.[^\s.]{2,}(?:\/|$)/;

/** Reads what chat texts have, and leaves the rest of Markdown as text. */
class ChatTokenizer extends Tokenizer {
  code = nothing; // four spaces are no code: many indent what they paste
  heading = nothing; // "#42" is an entry
  lheading = nothing;
  hr = nothing;
  html = nothing;
  tag = nothing;
  table = nothing;
  def = nothing;
  reflink = nothing;
}

/** @returns {undefined} */
function nothing() {
  return undefined;
}

/**
 * Return the nodes of a text.
 *
 * @param {string} text
 * @param {Surroundings} [surroundings]
 * @returns {Child[]}
 */
export function markup(text, surroundings = {}) {
  if ((text.match(DELIMITER)?.length ?? 0) > DELIMITERS_MAX || TOO_DEEP.test(text)) {
    return plain(text, surroundings);
  }
  try {
    const lexer = new Lexer({ gfm: true, breaks: true, tokenizer: new ChatTokenizer() });
    return blocks(lexer.lex(text), surroundings);
  } catch (error) {
    if (error instanceof RangeError) return plain(text, surroundings); // nested over many lines
    throw error;
  }
}

/**
 * Return a text as it was typed, with the users whom it names.
 *
 * @param {string} text
 * @param {Surroundings} surroundings
 * @returns {Child[]}
 */
function plain(text, surroundings) {
  return [h("p", null, ...words(text, surroundings))];
}

/**
 * @param {readonly Token[]} tokens
 * @param {Surroundings} around
 * @returns {Child[]}
 */
function blocks(tokens, around) {
  return tokens.map((token) => block(token, around));
}

/**
 * @param {Token} token
 * @param {Surroundings} around
 * @returns {Child}
 */
function block(token, around) {
  switch (token.type) {
    case "space":
      return null;
    case "code": {
      const props = { text: String(token.text), language: String(token.lang ?? "").slice(0, 40) };
      return around.CodeBlock === undefined
        ? h("pre", null, h("code", null, props.text))
        : h(around.CodeBlock, props);
    }
    case "blockquote":
      return h("blockquote", null, ...blocks(token.tokens ?? [], around));
    case "list":
      return list(/** @type {List} */ (token), around);
    case "paragraph":
      return h("p", null, ...inline(token.tokens ?? [], around));
    default: // a line of a list's item
      return h(Fragment, null, ...inline([token], around));
  }
}

/**
 * @param {List} token
 * @param {Surroundings} around
 * @returns {Child}
 */
function list(token, around) {
  const items = token.items.map((item) => h("li", null, ...blocks(item.tokens, around)));
  if (!token.ordered) return h("ul", null, ...items);
  return h("ol", token.start === 1 ? null : { start: Number(token.start) }, ...items);
}

/**
 * @param {readonly Token[]} tokens
 * @param {Surroundings} around
 * @returns {Child[]}
 */
function inline(tokens, around) {
  return tokens.flatMap((token) => span(token, around));
}

/**
 * @param {Token} token
 * @param {Surroundings} around
 * @returns {Child[]}
 */
function span(token, around) {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [h(token.type, null, ...inline(token.tokens ?? [], around))];
    case "codespan":
      return [h("code", null, String(token.text))];
    case "br":
      return [h("br", null)];
    case "checkbox":
      return [token.checked ? "☑ " : "☐ "];
    case "link":
    case "image": // shown by a click only: a picture from elsewhere tells who has read the text
      return link(/** @type {Link | Image} */ (token), around);
    case "escape":
      return [String(token.text)];
    default:
      if (token.type === "text" && "tokens" in token && token.tokens !== undefined) {
        return inline(token.tokens, around);
      }
      return words(token.raw, around);
  }
}

/**
 * Return a link that shows where it leads, or what was typed if it leads nowhere.
 *
 * @param {Link | Image} token
 * @param {Surroundings} around
 * @returns {Child[]}
 */
function link(token, around) {
  const address = addressOf(token.href);
  if (address === undefined) return words(token.raw, around);
  const isLiteral = "autolink" in token && token.autolink === true;
  const isMasked = !isLiteral && LOOKS_LIKE_AN_ADDRESS.test(token.text.trim());
  const shown = isLiteral
    ? [token.text]
    : isMasked || token.text.trim() === ""
      ? [address.href]
      : inline(token.tokens ?? [], around);
  if (address.origin === around.origin) return [h("a", { href: address.href }, ...shown)];
  const outside = { target: "_blank", rel: "noopener noreferrer nofollow", title: address.href };
  return [h("a", { href: address.href, ...outside }, ...shown)];
}

/**
 * Return the address that a link may lead to.
 *
 * @param {string} href
 * @returns {URL | undefined}
 */
function addressOf(href) {
  const address = URL.parse?.(href) ?? parsed(href);
  return address !== null && PROTOCOLS.has(address.protocol) ? address : undefined;
}

/**
 * @param {string} href
 * @returns {URL | null}
 */
function parsed(href) {
  try {
    return new URL(href);
  } catch {
    return null;
  }
}

/**
 * Return a piece of text with the users whom it names.
 *
 * @param {string} text
 * @param {Surroundings} around
 * @returns {Child[]}
 */
function words(text, around) {
  const names = around.mentions;
  if (names === undefined || names.length === 0) return [text];
  /** @type {Child[]} */
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(MENTION)) {
    const word = match[1] ?? "";
    const typed = [word, word.replace(TRAILING_PUNCTUATION, "")].find(
      (reading) => names.includes(foldName(reading)),
    );
    if (typed === undefined) continue;
    nodes.push(text.slice(at, match.index));
    at = match.index + 1 + typed.length;
    const kind = foldName(typed) === around.me ? "mention me" : "mention";
    nodes.push(h("span", { class: kind }, `@${typed}`));
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}
