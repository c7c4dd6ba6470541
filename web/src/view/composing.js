/** Input methods: while one composes, keys are its own, Enter and Esc above all. */

const IME_KEY_CODE = 229;

/**
 * Let nothing of the page see a key that goes to an input method, nor the browser do what it would
 * do by itself: send a form, empty a search field, close a dialog.
 *
 * The key that ends a composition comes, in some browsers, after it has ended, and only its code
 * still says so. Others are the input method's to act on, so only Enter and Esc are held back.
 *
 * @param {EventTarget} target
 */
export function keepFromComposing(target) {
  target.addEventListener("keydown", (event) => {
    const { isComposing, keyCode, key } = /** @type {KeyboardEvent} */ (event);
    if (!isComposing && keyCode !== IME_KEY_CODE) return;
    event.stopImmediatePropagation();
    if (key === "Enter" || key === "Escape") event.preventDefault();
  }, { capture: true });
}
