/**
 * The service worker: it keeps the page itself, so that it opens without a network, and nothing
 * else. What is said in rooms never comes by here.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `shell ${BUILD}`;
/** The document stands at all of these paths. */
const DOCUMENT = /^\/(?:$|join$|r\/)/;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...SHELL])));
  void worker.skipWaiting(); // a page that is open goes on with the files that it has
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate" && DOCUMENT.test(pathname)) {
    event.respondWith(newest(request));
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(kept(request));
  }
});

/** Drop what other builds have kept. */
async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/**
 * Return the document as the server has it, or as it was kept if the server can't be reached.
 *
 * @param {Request} request
 */
async function newest(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const response = await caches.match("/");
    if (response === undefined) throw error;
    return response;
  }
}

/**
 * Return a file that never changes: fetched once, kept from then on.
 *
 * @param {Request} request
 */
async function kept(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
