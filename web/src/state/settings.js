/** The settings of this browser, the same in all its tabs. */

import { signal } from "@preact/signals";

/** @typedef {import("./shapes.js").Kept} Kept */

const KEY = "settings";

/** @param {Kept} kept */
export function createSettings(kept) {
  const settings = {
    theme: signal(/** @type {"auto" | "light" | "dark"} */ ("auto")),
    language: signal(/** @type {"" | "en" | "ru"} */ ("")),
    zone: signal(/** @type {"browser" | "server"} */ ("browser")),
    /** The one that was open last. */
    room: signal(""),
  };

  /** @param {Record<string, any> | undefined} values */
  function show(values) {
    for (const [name, value] of Object.entries(values ?? {})) {
      if (name in settings) settings[/** @type {keyof typeof settings} */ (name)].value = value;
    }
  }

  kept.watch((key, value) => key === KEY && show(value));

  return {
    ...settings,

    load() {
      show(kept.get(KEY));
    },

    /**
     * @param {keyof typeof settings} name
     * @param {string} value
     */
    set(name, value) {
      show({ [name]: value });
      kept.set(KEY, Object.fromEntries(Object.entries(settings).map(([key, one]) => [key, one.peek()])));
    },
  };
}
