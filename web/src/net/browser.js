/** What the browser gives to the application: its sockets, clock, storage and events. */

import { base64 } from "./scram.js";
import { Refusal, refusalOf } from "./errors.js";
import { browserKept } from "./kept.js";

/** @typedef {import("../state/shapes.js").Parts} Parts */

const NONCE_BYTES = 15;
const LOCK = "chatd outbox";

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

    alone(what) {
      if (navigator.locks === undefined) {
        what();
        return;
      }
      navigator.locks.request(LOCK, () => {
        what();
        return new Promise(() => {}); // until the tab is closed
      });
    },

    onWake(woken) {
      addEventListener("online", woken);
      addEventListener("pageshow", woken);
      document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && woken());
    },

    onLeave(leaving) {
      addEventListener("pagehide", leaving);
      document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leaving());
    },
  };
}

/** @type {Parts["connect"]} */
function connect({ opened, received, closed }) {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", ({ data }) => received(data));
  socket.addEventListener("close", closed);
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

/** @type {Parts["sendFile"]} */
function sendFile(file, address, token, sent) {
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
