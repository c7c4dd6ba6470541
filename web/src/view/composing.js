/** Input methods: while one composes, keys are its own, Enter and Esc above all. */

const IME_KEY_CODE = 229;

/**
 * Tell whether a key went to an input method. The one that ends a composition comes, in some browsers,
 * after it has ended, and only its code still says so.
 *
 * @param {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === IME_KEY_CODE;
}
