/** The shell: what the service worker keeps of the page, so that it opens without a network. */

import { signal } from "@preact/signals";

/** @typedef {{ createPolicy(name: string, rules: object): { createScriptURL(text: string): any } }} Policies */

const ADDRESS = "/sw.js";

/**
 * What makes an app of the page, once the browser has offered that.
 *
 * @type {import("@preact/signals").Signal<(Event & {prompt(): void}) | null>}
 */
export const installer = signal(/** @type {any} */ (null));
addEventListener("beforeinstallprompt", (event) => {
  installer.value = /** @type {any} */ (event);
});

/**
 * Have the page kept, and hear of a newer one.
 *
 * @param {() => void} onNewer called once the server has another page than this one
 * @returns {Promise<() => void>} looks for a newer one; where nothing can be kept, does nothing
 */
export async function keepShell(onNewer) {
  try {
    const workers = navigator.serviceWorker; // none on plain HTTP from elsewhere, or in private windows
    const isNews = workers.controller !== null; // else this very page has just been kept
    const kept = await workers.register(trusted(ADDRESS));
    kept.addEventListener("updatefound", () => {
      const found = kept.installing;
      found?.addEventListener("statechange", () => {
        if (found.state === "activated" && isNews) onNewer();
      });
    });
    return () => void kept.update().catch(() => {}); // the connection tells of a server that is away
  } catch {
    return () => {};
  }
}

/**
 * Return an address as the page's policy wants it: made by the one policy that it allows.
 *
 * @param {string} address
 * @returns {string}
 */
function trusted(address) {
  const policies = /** @type {{ trustedTypes?: Policies }} */ (globalThis).trustedTypes;
  const policy = policies?.createPolicy("chatd", { createScriptURL: () => address });
  return policy ? policy.createScriptURL(address) : address;
}
