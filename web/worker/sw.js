/**
 * The service worker: it keeps the page itself, so that it opens without a network, and nothing
 * else; and it shows the notifications of pages, of which it keeps nothing.
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `shell ${BUILD}`;
/** The document stands at all of these paths. */
const DOCUMENT = /^\/(?:$|join$|r\/)/;
/** A newer notification takes the place of the one before, and is noticed, too. */
const RENEWED = { renotify: true };
/** Ends when all is done that pages have asked for. @type {Promise<void>} */
let asked = Promise.resolve();

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

worker.addEventListener("message", (event) => {
  const { data, source } = event;
  if (source instanceof WindowClient && data.show) event.waitUntil(inTurn(() => show(data.show, source.id)));
  else if (data.close) event.waitUntil(inTurn(() => withdraw(data.close)));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(reach(event.notification.data));
});

/**
 * Do something when all is done that was asked for before: Chromium loses a notification that is
 * shown while it is asked which there are.
 *
 * @param {() => Promise<void>} what
 */
function inTurn(what) {
  asked = asked.then(what, what);
  return asked;
}

/**
 * Show a notification of a page.
 *
 * @param {{tag: string, title: string, body: string, icon: string, room: string, seq: number}} notice
 * @param {string} client the page
 */
async function show({ title, room, seq, ...options }, client) {
  const data = { client, room, seq };
  try {
    await worker.registration.showNotification(title, { ...options, ...RENEWED, data });
  } catch {
    // People take the permission back when they like: then nothing is shown.
  }
}

/** @param {string} tag */
async function withdraw(tag) {
  for (const notification of await worker.registration.getNotifications({ tag })) notification.close();
}

/**
 * Lead to what a notification was of: in the page that told of it, or else in a new one.
 *
 * @param {{client: string, room: string, seq: number}} data
 */
async function reach({ client, room, seq }) {
  const page = await worker.clients.get(client);
  if (page instanceof WindowClient) {
    page.postMessage({ open: { room, seq } });
    await page.focus();
  } else {
    await worker.clients.openWindow(`/r/${encodeURIComponent(room)}/${seq}`);
  }
}

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
