/**
 * Completion where one writes: `@na` lists people, `:na` lists emoji, above the field.
 *
 * The focus stays in the field, which names the chosen one by `aria-activedescendant`: the pattern of
 * a combobox but for its role, as a field of several lines can't have that. While an input method
 * composes, keys are its own; and where its window would stand over the list, there is no list.
 */

import { html } from "htm/preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

import { foldName } from "../names.js";
import { completed, peopleLike, wholeEmojiAt, wordAt } from "../state/completion.js";
import { t } from "../text/writing-words.js";
import { Avatar } from "./avatar.js";
import { insert } from "./insert.js";
import { useKnownPeople } from "./known-people.js";
import { loadEmoji } from "./load-emoji.js";

/** @typedef {import("preact").ComponentChildren} Children */
/** @typedef {import("../state/completion.js").Word} Word */
/** @typedef {import("./composer.js").Entries} Entries */
/** @typedef {import("./load-emoji.js").Emoji} Emoji */
/** @typedef {{value: string, picture: Children, label: Children, isTyped: boolean}} Option */

const OPTIONS_MAX = 8;
/** On such a device, an input method opens its window at the caret. */
const HAS_MOUSE = "(hover: hover)";
const STEPS = Object.freeze({ ArrowDown: 1, ArrowUp: -1 });

/** @param {{field: HTMLTextAreaElement, room: string, entries: Entries}} props */
export function Completion({ field, room, entries }) {
  const [emoji, setEmoji] = useState(/** @type {Emoji | null} */ (null));
  const { word, close } = useWord(field, (value) => setEmoji(value));
  /** Which option of which word is chosen: of another one, the first is. */
  const [choice, setChoice] = useState({ of: "", at: 0 });
  const people = useKnownPeople(room, entries, word?.kind === "name" ? word.typed : null);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const id = useId();

  /** @param {Word} found */
  const optionsFor = ({ kind, typed }) => (kind === "name" ? named(typed, people) : pictured(typed, emoji));
  const options = word === null ? [] : optionsFor(word);
  const of = `${word?.start} ${word?.typed}`;
  const chosen = Math.min(choice.of === of ? choice.at : 0, options.length - 1);
  /** @param {number} at */
  const choose = (at) => setChoice({ of, at });
  const isOpen = options.length > 0;
  /** @param {Word} found @param {string} value */
  const take = (found, value) => insert(field, completed(field.value, found, value), found.start, found.end);

  useLayoutEffect(() => {
    if (word === null || !isOpen) return undefined;
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
      const found = wordAt(field.value, field.selectionStart); // who types fast is ahead of what is shown
      const isShown = found?.start === word.start && found.typed === word.typed;
      const one = found === null ? undefined : isShown ? options[chosen] : optionsFor(found)[0];
      if (found === null || one === undefined) return;
      const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
      if (step !== undefined) choose((chosen + step + options.length) % options.length);
      else if (event.key === "Escape") close();
      else if (event.key === "Tab" || (event.key === "Enter" && !one.isTyped)) take(found, one.value);
      else return; // a name that is typed whole is sent by Enter
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    field.addEventListener("keydown", pressed, true);
    return () => field.removeEventListener("keydown", pressed, true);
  });
  useLayoutEffect(() => {
    field.ariaAutoComplete = "list";
    mark(field, "aria-controls", isOpen ? id : null);
    mark(field, "aria-activedescendant", isOpen ? `${id}-${chosen}` : null);
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [isOpen, chosen, id, field]);

  return html`
    ${isOpen &&
    html`<ul class="completion" id=${id} ref=${list} role="listbox" aria-label=${t(word?.kind === "name" ? "names" : "emoji")}
      onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${options.map(
        ({ value, picture, label }, index) => html`<li key=${value} id=${`${id}-${index}`} role="option"
          aria-selected=${index === chosen} onPointerMove=${() => choose(index)} onClick=${() => word && take(word, value)}>
          ${picture} ${label}
        </li>`,
      )}
    </ul>`}
    <span class="spoken" role="status">${isOpen && t("found", { n: options.length })}</span>
  `;
}

/**
 * @param {string} typed
 * @param {readonly import("./context.js").Person[]} people
 * @returns {Option[]}
 */
function named(typed, people) {
  return peopleLike(typed, people, OPTIONS_MAX).map(({ name, online, display_name: shown }) => ({
    value: `@${name}`,
    picture: html`<${Avatar} name=${name} isOnline=${online} />`,
    label: html`<bdi>${shown || name}</bdi>${shown && html` <small><bdi>${name}</bdi></small>`}`,
    isTyped: name === foldName(typed),
  }));
}

/** @param {string} typed @param {Emoji | null} emoji @returns {Option[]} */
function pictured(typed, emoji) {
  return (emoji?.emojiLike(typed, OPTIONS_MAX, emoji.own) ?? []).map(({ emoji: value, name }) => ({
    value,
    picture: html`<span class="emoji">${value}</span>`,
    label: html`<bdi>:${name}:</bdi>`,
    isTyped: false,
  }));
}

/**
 * Follow what is typed in a field, and put emoji in the place of names that are typed whole.
 *
 * @param {HTMLTextAreaElement} field
 * @param {(emoji: Emoji) => void} onEmoji they are loaded
 */
function useWord(field, onEmoji) {
  const [word, setWord] = useState(/** @type {Word | null} */ (null));
  /** Where the word begins that is not to be completed. */
  const closedAt = useRef(-1);
  useEffect(() => {
    let isBusy = false;
    const look = () => {
      const caret = field.selectionStart;
      const isHere = document.activeElement === field && caret === field.selectionEnd;
      const isHidden = isBusy && matchMedia(HAS_MOUSE).matches;
      const found = isHere && !isHidden ? wordAt(field.value, caret) : null;
      if (found?.start !== closedAt.current) closedAt.current = -1;
      if (found?.kind === "emoji") loadEmoji().then(onEmoji, () => {});
      const shown = closedAt.current < 0 ? found : null;
      setWord((before) => (before?.start === shown?.start && before?.typed === shown?.typed ? before : shown));
    };
    /** @param {Event} event */
    const composing = ({ type }) => {
      isBusy = type === "compositionstart";
      look();
    };
    /** @param {Event} event */
    const typed = async (event) => {
      look();
      const { inputType = "", data, isComposing: isRunning } = /** @type {InputEvent} */ (event);
      if (isRunning || !inputType.startsWith("insert") || !data?.endsWith(":")) return;
      const caret = field.selectionStart;
      const whole = wholeEmojiAt(field.value, caret);
      const emoji = whole === null ? null : await loadEmoji().catch(() => null);
      const value = emoji?.emojiNamed(whole?.typed ?? "", emoji.own) ?? "";
      const isThere = caret === field.selectionStart && whole?.typed === wholeEmojiAt(field.value, caret)?.typed;
      if (value !== "" && isThere) insert(field, value, whole?.start, caret);
    };
    const leave = new AbortController();
    const { signal } = leave;
    field.addEventListener("input", typed, { signal });
    field.addEventListener("blur", look, { signal });
    field.addEventListener("compositionstart", composing, { signal });
    field.addEventListener("compositionend", composing, { signal });
    document.addEventListener("selectionchange", look, { signal });
    look();
    return () => leave.abort();
  }, [field]);
  const close = () => {
    closedAt.current = word?.start ?? -1;
    setWord(null);
  };
  return { word, close };
}

/** @param {Element} element @param {string} name @param {string | null} value null: none */
function mark(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
