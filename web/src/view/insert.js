/** Texts that the page puts where one writes. */

/**
 * Put a text in the place of a part of a field, as if it was typed: the browser can undo it.
 *
 * @param {HTMLTextAreaElement} field
 * @param {string} text
 * @param {number} [start] of what is replaced: by default what is selected
 * @param {number} [end]
 */
export function insert(field, text, start = field.selectionStart, end = field.selectionEnd) {
  field.focus();
  field.setSelectionRange(start, end);
  if (document.execCommand("insertText", false, text)) return; // nothing else is undone
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
