/** The settings of a user in this browser, the same in all tabs of that user. */

import { signal } from "@preact/signals";

/** @typedef {import("./shapes.js").Kept} Kept */

const DEFAULTS = Object.freeze({
  theme: "auto",
  language: "",
  zone: "browser",
  notifications: "never",
  marks: "seen",
  room: "",
});

/**
 * @param {Kept} kept
 * @param {() => string} user whose settings they are
 */
export function createSettings(kept, user) {
  const keyNow = () => `settings ${user()}`;
  const settings = {
    theme: signal(/** @type {"auto" | "light" | "dark"} */ (DEFAULTS.theme)),
    language: signal(/** @type {"" | "en" | "ru"} */ (DEFAULTS.language)),
    zone: signal(/** @type {"browser" | "server"} */ (DEFAULTS.zone)),
    /** Of what the user is told where no tab of theirs is looked at. */
    notifications: signal(/** @type {"never" | "personal" | "every"} */ (DEFAULTS.notifications)),
    /** Whether what was seen is read, or only what the user has marked so. */
    marks: signal(/** @type {"seen" | "hand"} */ (DEFAULTS.marks)),
    /** The one that was open last. */
    room: signal(DEFAULTS.room),
  };

  /** @param {Record<string, any> | undefined} values */
  function show(values) {
    for (const [name, value] of Object.entries(values ?? {})) {
      if (name in settings) settings[/** @type {keyof typeof settings} */ (name)].value = value;
    }
  }

  kept.watch((key, value) => key === keyNow() && show(value));

  return {
    ...settings,

    /** Show what is kept for who is signed in now. */
    load() {
      show({ ...DEFAULTS, ...kept.get(keyNow()) });
    },

    /**
     * @param {keyof typeof settings} name
     * @param {string} value
     */
    set(name, value) {
      show({ [name]: value });
      kept.set(keyNow(), { ...kept.get(keyNow()), [name]: value }); // another tab may have set others just now
    },
  };
}
