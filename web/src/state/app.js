/** The application: the door, and what is loaded when somebody has passed it. */

import { signal } from "@preact/signals";

import { LAST, createSession } from "./session.js";
import { createSettings } from "./settings.js";

/** @typedef {import("./behind.js").Behind} Behind */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {ReturnType<typeof createApp>} Door */
/** @typedef {Door & Behind} App */
/** @typedef {Pick<typeof import("../inside.js"), "createBehind" | "Rooms">} Inside */

/**
 * @param {Parts} parts
 * @param {() => Promise<Inside>} inside
 */
export function createApp(parts, inside) {
  const behind = signal(/** @type {Behind | null} */ (null));
  const Rooms = signal(/** @type {Inside["Rooms"] | null} */ (null));
  /** @type {Promise<void> | null} */
  let loading = null;

  const session = createSession(parts, {
    load,
    positions: () => behind.peek()?.positions() ?? {},
    notice: (method, params) => behind.peek()?.notice(method, params),
    renumbered: () => behind.peek()?.renumbered(),
    synced: () => behind.peek()?.synced(),
    left() {
      behind.peek()?.left();
      if (settings.room.peek() !== "") settings.set("room", ""); // its name may say whom one writes to
    },
  });
  // Who has yet to sign in sees the page as the one before.
  const settings = createSettings(parts.kept, () => session.me.peek() || (parts.kept.get(LAST) ?? ""));

  /** Load what is behind the door, once. Throws Refusal. */
  function load() {
    loading ??= inside().then(
      (loaded) => {
        behind.value = loaded.createBehind(parts, session, settings);
        Rooms.value = loaded.Rooms;
      },
      (error) => {
        loading = null;
        session.onFailure(error);
        throw error;
      },
    );
    return loading;
  }

  return {
    session,
    settings,
    behind,
    /** The view of what is behind the door. */
    Rooms,
    call: session.call,
    kept: parts.kept.works,
    nonce: parts.nonce,

    /** Read what is kept, and connect. */
    async start() {
      await parts.kept.load();
      session.start();
      session.me.subscribe(settings.load);
    },
  };
}
