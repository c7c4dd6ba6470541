import assert from "node:assert/strict";
import { test } from "node:test";

import { markup, DELIMITERS_MAX, DEPTH_MAX } from "../src/view/markup.js";

/**
 * Return nodes as a line of text, in a notation that no text can forge: tags in ⟨⟩.
 *
 * @param {unknown} node
 * @returns {string}
 */
function shown(node) {
  if (node === null || node === undefined || node === false) return "";
  if (Array.isArray(node)) return node.map(shown).join("");
  if (typeof node !== "object") return String(node);
  const { type, props } = /** @type {import("preact").VNode<any>} */ (node);
  const { children, ...attributes } = props;
  if (typeof type === "function" && type.name !== "CodeBlock") return shown(children);
  const name = typeof type === "function" ? type.name : type;
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`);
  return `⟨${name}${written.join("")}⟩${shown(children)}⟨/⟩`;
}

/** @param {string} text @param {import("../src/view/markup.js").Surroundings} [around] */
const show = (text, around) => shown(markup(text, around));
/** @param {string} inner */
const p = (inner) => `⟨p⟩${inner}⟨/⟩`;
const OUTSIDE = "target=_blank rel=noopener noreferrer nofollow";

const MARKED = {
  "*a* _b_": p("⟨em⟩a⟨/⟩ ⟨em⟩b⟨/⟩"),
  "**a *b* c**": p("⟨strong⟩a ⟨em⟩b⟨/⟩ c⟨/⟩"),
  "~~a~~": p("⟨del⟩a⟨/⟩"),
  "snake_case_word": p("snake_case_word"),
  "`<b>&amp;*a*`": p("⟨code⟩<b>&amp;*a*⟨/⟩"),
  "a\nb": p("a⟨br⟩⟨/⟩b"),
  "a\n\nb": p("a") + p("b"),
  "> a\n> b\n\nc": `⟨blockquote⟩${p("a⟨br⟩⟨/⟩b")}⟨/⟩${p("c")}`,
  "- a\n- *b*": "⟨ul⟩⟨li⟩a⟨/⟩⟨li⟩⟨em⟩b⟨/⟩⟨/⟩⟨/⟩",
  "3. a\n4. b": "⟨ol start=3⟩⟨li⟩a⟨/⟩⟨li⟩b⟨/⟩⟨/⟩",
  "1. a": "⟨ol⟩⟨li⟩a⟨/⟩⟨/⟩",
  "- [x] a\n- [ ] b": "⟨ul⟩⟨li⟩☑ a⟨/⟩⟨li⟩☐ b⟨/⟩⟨/⟩",
  "```py\na < b\n```": "⟨pre⟩⟨code⟩a < b⟨/⟩⟨/⟩",
  "\\*a\\*": p("*a*"),
};

for (const [text, nodes] of Object.entries(MARKED)) {
  test(`mark-up of ${JSON.stringify(text)}`, () => assert.equal(show(text), nodes));
}

for (const text of [
  "# 42",
  "a\n===",
  "---",
  "<script>alert(1)</script>",
  "a <b>b</b> <!-- c --> &lt; &#60;",
  "    four spaces",
  "| a | b |",
  "[a]: b",
  "[javascript](javascript:alert(1))",
  "[data](data:text/html,x)",
  "[file](file:///etc/passwd)",
  "[here](/r/general/1)",
  "![a](javascript:alert(1))",
  "vbscript:x",
]) {
  test(`no mark-up of ${JSON.stringify(text)}`, () => {
    const nodes = show(text);
    assert.equal(nodes.replaceAll("⟨br⟩⟨/⟩", "\n").replaceAll(/⟨\/?p?⟩/g, "").trim(), text.trim());
  });
}

test("table, which nobody lays out here, keeps its lines", () => {
  assert.equal(show("|a|b|\n|-|-|\n|1|2|"), p("|a|b|⟨br⟩⟨/⟩|-|-|⟨br⟩⟨/⟩|1|2|"));
});

test("address is a link that opens beside the page and tells nobody where it stood", () => {
  assert.equal(
    show("see https://example.org/a?b=c."),
    p(`see ⟨a href=https://example.org/a?b=c ${OUTSIDE} title=https://example.org/a?b=c⟩https://example.org/a?b=c⟨/⟩.`),
  );
});

test("address of the page itself opens in it", () => {
  const href = "https://chat.example/r/general/1";
  assert.equal(show(href, { origin: "https://chat.example" }), p(`⟨a href=${href}⟩${href}⟨/⟩`));
});

test("link with words shows them", () => {
  const href = "https://example.org/";
  assert.equal(show(`[*a*](${href})`), p(`⟨a href=${href} ${OUTSIDE} title=${href}⟩⟨em⟩a⟨/⟩⟨/⟩`));
});

for (const words of ["https://bank.example/login", "bank.example", "www.bank.example/a"]) {
  test(`link that says ${words} and leads elsewhere shows where it leads`, () => {
    const nodes = show(`[${words}](https://evil.example/)`);
    assert.equal(nodes, p(`⟨a href=https://evil.example/ ${OUTSIDE} title=https://evil.example/⟩https://evil.example/⟨/⟩`));
  });
}

test("picture from elsewhere is a link, and nothing is loaded", () => {
  const nodes = show("![a cat](https://example.org/cat.png)");
  assert.match(nodes, /^⟨p⟩⟨a href=https:\/\/example\.org\/cat\.png .*⟩a cat⟨\/⟩⟨\/⟩$/);
});

test("users whom the entry names are marked, the reader in particular, and nobody else", () => {
  assert.equal(
    show("@alice, @BOB. @carol x@alice @@alice @alice.x", { mentions: ["alice", "bob"], me: "bob" }),
    p("⟨span class=mention⟩@alice⟨/⟩, ⟨span class=mention me⟩@BOB⟨/⟩. @carol x@alice @@alice @alice.x"),
  );
});

test("name in full-width letters is the same name", () => {
  assert.equal(show("@ＢＯＢ", { mentions: ["bob"] }), p("⟨span class=mention⟩@ＢＯＢ⟨/⟩"));
});

test("mention within emphasis is marked, within code it is not", () => {
  assert.equal(
    show("*@bob* `@bob`", { mentions: ["bob"] }),
    p("⟨em⟩⟨span class=mention⟩@bob⟨/⟩⟨/⟩ ⟨code⟩@bob⟨/⟩"),
  );
});

test("code goes to the component that shows it", () => {
  /** @param {{text: string, language: string}} props */
  function CodeBlock(props) {
    return props.text;
  }
  assert.equal(
    show("```js\na\n```", { CodeBlock }),
    "⟨CodeBlock text=a language=js⟩⟨/⟩",
  );
});

test("as many delimiters as allowed are mark-up, one more is text", () => {
  const most = "*a* ".repeat(DELIMITERS_MAX / 2);
  assert.match(show(most), /⟨em⟩/);
  assert.doesNotMatch(show(`${most}*`), /⟨em⟩/);
});

test("quotes nested as deep as allowed are quotes, one more is text", () => {
  const most = "> ".repeat(DEPTH_MAX);
  assert.equal(show(`${most}a`).split("⟨blockquote⟩").length - 1, DEPTH_MAX);
  assert.equal(show(`> ${most}a`), p(`> ${most}a`));
});

const N = 8192;
/** @param {string} piece */
const many = (piece) => piece.repeat(Math.floor(N / piece.length));
const PIECES = ["*", "_a", "*a ", "[", "![", "`", "<", "<a ", ">", "> ", "- ", "1. ", "&a", "~~a", "[a](", "[a](<", "http://a.b/(", "www.", "a@b.", "\n", "|a", "[a]: b\n", "```\n", "**a*b_c__", "\\", " a", "\t", "<!--", "#", "@a", "@", "* a\n\n", "> a\n", "\u202e", "🏴", "a\u0301"];

for (const piece of PIECES) {
  test(`text of nothing but ${JSON.stringify(piece)} is shown`, () => {
    const text = many(piece);
    const nodes = shown(markup(text, { mentions: ["a"] }));
    const letters = (/** @type {string} */ all) => all.replaceAll(/[^a@&|🏴]/gu, "").length;
    const tags = nodes.replaceAll(/⟨[^⟩]*⟩/g, "");
    assert.equal(letters(tags), letters(text));
  });
}

test("lists within lists over many lines are too deep for a stack, and shown as they are", () => {
  const lines = Array.from({ length: 120 }, (_, depth) => `${" ".repeat(depth)}> - a`);
  assert.ok(shown(markup(lines.join("\n"))).includes("a"));
});
