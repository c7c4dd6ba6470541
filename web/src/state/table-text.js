/** A table that was copied from a spreadsheet, as a text that reads well in any client. */

const TABLE = /<table[\s>]/i;
/** A wider column isn't padded: it would push the others out of sight. */
const PADDED_WIDTH_MAX = 40;
const NUMBER = /^[-+−]?\d[\d\s.,]*%?$/;
const WIDE = /[\u1100-\u115f\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;
const FENCE = "```";

/**
 * Return what to insert for what was copied: its rows as lines of code, with columns of one width;
 * null if it is no table, so that the plain text says it as well.
 *
 * Programs that copy a table give its cells as plain text, too, parted by tabs. The mark-up only tells
 * that it is one, and is never read.
 *
 * @param {string} markup
 * @param {string} plain
 * @param {boolean} isInCode it is inserted into code, which needs no other fence
 * @returns {string | null}
 */
export function tableText(markup, plain, isInCode) {
  if (!TABLE.test(markup)) return null;
  const rows = cellsOf(plain.replace(/\r\n?/g, "\n").replace(/\n+$/, ""));
  const columns = rows[0]?.length ?? 0;
  if (columns < 2 || rows.some((row) => row.length !== columns)) return null;
  const widths = Array.from({ length: columns }, (_, column) => {
    const all = rows.map((row) => widthOf(row[column] ?? ""));
    return Math.max(...all.filter((width) => width <= PADDED_WIDTH_MAX), 0);
  });
  const areNumbers = widths.map((_, column) => {
    const body = rows.slice(1).map((row) => row[column] ?? "");
    return body.some(Boolean) && body.every((cell) => cell === "" || NUMBER.test(cell));
  });
  const lines = rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, areNumbers[column] ?? false))
      .join(" | ")
      .trimEnd(),
  );
  if (rows.length === 1) return lines[0] ?? "";
  const isFenced = !isInCode && !plain.includes(FENCE);
  return isFenced ? `${FENCE}\n${lines.join("\n")}\n${FENCE}\n` : lines.join("\n");
}

/**
 * Return the cells of each row. A cell with a tab, a line break or a quote stands in quotes.
 *
 * @param {string} plain
 * @returns {string[][]}
 */
function cellsOf(plain) {
  /** @type {string[][]} */
  const rows = [[]];
  for (const [, quoted, bare, end] of plain.matchAll(/(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))(\t|\n|$)/g)) {
    const cell = (quoted?.replaceAll('""', '"') ?? bare ?? "").replace(/\s+/g, " ").trim();
    rows.at(-1)?.push(cell);
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  return rows;
}

/** @param {string} text @returns {number} columns of a font in which all letters are as wide */
function widthOf(text) {
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}

/**
 * @param {string} cell
 * @param {number} width
 * @param {boolean} isNumber
 */
function padded(cell, width, isNumber) {
  const blanks = " ".repeat(Math.max(0, width - widthOf(cell)));
  return isNumber ? blanks + cell : cell + blanks;
}
