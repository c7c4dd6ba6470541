/** Who wants into which private room: invitations to the user, requests by and to the user. */

import { signal } from "@preact/signals";

import { Refusal } from "../net/errors.js";

/** @typedef {import("./shapes.js").Entry} Entry */
/** @typedef {{room: string, by: string, ts: number}} Invitation */
/** @typedef {{request: number, ts: number}} Asked */
/** @typedef {{room: string, name: string, ts: number}} JoinRequest */
/** @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call */
/** @typedef {ReturnType<typeof createJoining>} Joining */

const CHANGING = new Set([
  "invited",
  "join_asked",
  "join_requested",
  "join_approved",
  "join_denied",
  "request_settled",
  "removed",
]);

/** @param {{call: Call}} server */
export function createJoining({ call }) {
  const invitations = signal(/** @type {readonly Invitation[]} */ ([]));
  const asked = signal(/** @type {readonly Asked[]} */ ([]));
  /** The first hundred: the others come when some of these are settled. */
  const requests = signal(/** @type {readonly JoinRequest[]} */ ([]));
  /** The requests that were withdrawn here. @type {Set<number>} */
  const withdrawn = new Set();
  let loads = 0;

  /** Ask for all of it again. */
  async function load() {
    loads += 1;
    const current = loads;
    try {
      const [mine, theirs] = await Promise.all([call("invitations"), call("requests")]);
      if (current !== loads) return; // a later answer knows more
      invitations.value = mine.invitations;
      asked.value = mine.asked;
      requests.value = theirs.requests;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // asked again after the next sync
    }
  }

  /**
   * @param {string} method
   * @param {Record<string, unknown>} params
   */
  async function change(method, params) {
    const answer = await call(method, params);
    await load();
    return answer;
  }

  return {
    invitations,
    asked,
    requests,
    load,

    /** @param {Entry} entry of the self log */
    onSelf(entry) {
      if (CHANGING.has(entry.kind)) load();
    },

    /** Tell whether somebody has to be told of an entry: not who withdrew a request here. @param {Entry} entry */
    isNews: (entry) => entry.kind !== "join_denied" || !withdrawn.has(entry.request ?? 0),

    /** @param {string} room @returns {Promise<{room: string}>} */
    accept: (room) => change("join", { room }),

    /** @param {string} room */
    decline: (room) => change("leave", { room }),

    /** @param {string} link @returns {Promise<{room: string | null, request: number | null}>} */
    ask: (link) => change("join", { link }),

    /** @param {number} request */
    withdraw(request) {
      withdrawn.add(request);
      return change("withdraw", { request });
    },

    /** @param {JoinRequest} request */
    approve: ({ room, name }) => change("approve", { room, user: name }),

    /** @param {JoinRequest} request */
    deny: ({ room, name }) => change("deny", { room, user: name }),

    clear() {
      loads += 1;
      withdrawn.clear();
      invitations.value = asked.value = [];
      requests.value = [];
    },
  };
}
