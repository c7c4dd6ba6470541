/** What the browser gives to the application: its sockets, clock, storage and events. */

import { base64 } from "./scram.js";
import { Refusal, refusalOf } from "./errors.js";
import { browserKept } from "./kept.js";

/** @typedef {import("../state/shapes.js").Parts} Parts */

const NONCE_BYTES = 15;
const USER = "user";
/** The address of a tab for somebody else than who was here last. */
const ANOTHER = "?another";

/** @returns {Parts} */
export function browserParts() {
  return {
    crypto: isSecureContext && crypto.subtle !== undefined ? crypto : null,
    kept: browserKept(),
    now: () => Date.now(),
    random: () => Math.random(),
    nonce: () => base64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))),
    connect,
    sendFile,

    after(what, ms) {
      const timer = setTimeout(what, ms);
      return () => clearTimeout(timer);
    },

    tab: {
      user: () => stored(() => sessionStorage.getItem(USER)) ?? (location.search === ANOTHER ? "" : null),
      setUser: (name) => void stored(() => sessionStorage.setItem(USER, name)),
    },

    alone(name, what) {
      if (navigator.locks === undefined) {
        what();
        return () => {};
      }
      const waiting = new AbortController();
      /** @type {PromiseWithResolvers<void>} */
      const held = Promise.withResolvers();
      const begin = () => {
        if (!waiting.signal.aborted) what();
        return held.promise; // at the latest until the tab is closed
      };
      navigator.locks.request(`chatd ${name}`, { signal: waiting.signal }, begin).catch((error) => {
        if (error.name === "SecurityError") what(); // all storage is forbidden, so no tab has what another has
      });
      return () => {
        waiting.abort();
        held.resolve();
      };
    },

    onWake(woken) {
      addEventListener("online", woken);
      addEventListener("pageshow", woken);
      document.addEventListener("resume", woken); // it was frozen, which some browsers do to tabs for long unseen
      document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && woken());
    },

    onLeave(leaving) {
      addEventListener("pagehide", leaving);
      document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leaving());
    },
  };
}

/**
 * Do something with a storage that the browser may forbid.
 *
 * @template T
 * @param {() => T} what
 * @returns {T | null}
 */
function stored(what) {
  try {
    return what();
  } catch {
    return null;
  }
}

/** @type {Parts["connect"]} */
function connect({ opened, received, closed }) {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", ({ data }) => received(data));
  socket.addEventListener("close", closed);
  return {
    send(text) {
      if (socket.readyState <= WebSocket.OPEN) socket.send(text); // else its end is about to be told
    },
    close: () => socket.close(),
  };
}

/** @type {Parts["sendFile"]} */
function sendFile(file, address, token, nonce, sent) {
  const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
  const done = new Promise((/** @type {(nothing: void) => void} */ resolve, reject) => {
    request.addEventListener("load", () => {
      if (request.status < 300) resolve();
      else reject(refusalIn(request.responseText));
    });
    request.addEventListener("error", () => reject(new Refusal("offline")));
    request.addEventListener("abort", () => resolve());
  });
  request.upload.addEventListener("progress", ({ loaded }) => sent(loaded));
  request.open("POST", address);
  request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.setRequestHeader("Idempotency-Key", nonce);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(file);
  return { done, cancel: () => request.abort() };
}

/**
 * Return the refusal in the body of an answer.
 *
 * @param {string} body
 */
function refusalIn(body) {
  try {
    return refusalOf(JSON.parse(body));
  } catch {
    return new Refusal("internal");
  }
}
