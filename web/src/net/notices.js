/** What the browser shows beside the page: its notifications, while nobody looks at the page. */

/** @typedef {import("../state/notifications.js").Notices} Notices */
/** @typedef {NotificationPermission | "impossible"} Permission */

const ICON = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"))?.href ?? "";

/** @returns {Permission} */
export function permissionNow() {
  return isPossible() ? Notification.permission : "impossible";
}

/** @returns {Promise<Permission>} */
export async function askPermission() {
  return isPossible() ? Notification.requestPermission() : "impossible";
}

/** Phones show notifications of service workers only, and none is there on plain HTTP from elsewhere. */
function isPossible() {
  return "Notification" in globalThis && navigator.serviceWorker !== undefined && navigator.locks !== undefined;
}

/** @returns {Notices} */
export function browserNotices() {
  return {
    /** @param {string} name */
    watch(name) {
      /** @type {(() => void) | null} */
      let release = null;
      const look = () => {
        const isLooking = document.visibilityState === "visible" && document.hasFocus();
        if (isLooking === (release !== null)) return;
        if (release !== null) {
          release();
          release = null;
          return;
        }
        /** @type {PromiseWithResolvers<void>} */
        const held = Promise.withResolvers();
        release = held.resolve;
        navigator.locks.request(lockOf(name), { mode: "shared" }, () => held.promise).catch(() => {});
      };
      const events = /** @type {const} */ ([[window, "focus"], [window, "blur"], [document, "visibilitychange"]]);
      for (const [target, kind] of events) target.addEventListener(kind, look);
      look();
      return () => {
        for (const [target, kind] of events) target.removeEventListener(kind, look);
        release?.();
      };
    },

    /** @param {string} name @param {() => void} what */
    unwatched(name, what) {
      const isWatched = (/** @type {LockInfo} */ lock) => lock.name === lockOf(name);
      // Who tried to take the lock would be in the way of the next who tries.
      navigator.locks.query().then(({ held = [] }) => void (held.some(isWatched) || what())).catch(() => {});
    },

    show: (notice) => tell({ show: { ...notice, icon: ICON } }),
    close: (tag) => tell({ close: tag }),

    onOpen(opened) {
      navigator.serviceWorker.addEventListener("message", ({ data }) => data.open && opened(data.open));
    },
  };
}

/** @param {string} name of the user a tab of whom is looked at */
function lockOf(name) {
  return `chatd watched ${name}`;
}

/** @param {unknown} message to the service worker */
async function tell(message) {
  if (permissionNow() !== "granted") return;
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage(message);
}
