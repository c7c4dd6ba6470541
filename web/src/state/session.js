/** Who is signed in here, and the line on which they are. */

import { batch, signal } from "@preact/signals";

import { Refusal } from "../net/errors.js";
import { Line } from "../net/line.js";
import { createProving } from "./proving.js";

/** @typedef {import("../net/scram.js").Password} Password */
/** @typedef {import("./shapes.js").Parts} Parts */
/** @typedef {import("./shapes.js").Welcome} Welcome */
/** @typedef {ReturnType<typeof createSession>} Session */
/** @typedef {"starting" | "signed-out" | "signed-in"} Phase */
/**
 * @typedef {object} SessionOwner
 * @property {() => Promise<void>} load what listens to the notices
 * @property {() => Record<string, number>} positions where to follow rooms from, that are held here
 * @property {(method: string, params: any) => void} notice
 * @property {() => void} renumbered numbers mean other entries than before the line was lost
 * @property {() => void} synced all rooms are followed now
 * @property {() => void} left nobody is signed in any more
 */

/** Who signed in last: a new tab is theirs. */
export const LAST = "user";
const TOKEN = "session ";
const LOOKS = "settings";
const DEVICE = "Browser page";

/**
 * @param {Parts} parts
 * @param {SessionOwner} owner
 */
export function createSession(parts, owner) {
  const phase = signal(/** @type {Phase} */ ("starting"));
  const me = signal("");
  const welcome = signal(/** @type {Welcome | null} */ (null));
  const outdated = signal(false);
  /** Who can go on here without a password. */
  const accounts = signal(/** @type {readonly string[]} */ ([]));
  let token = "";
  let epoch = "";
  // After `bye`, the next greeting shows whether anybody is signed in here: another tab may have a
  // new token by then, with a new password.
  const line = new Line(parts, { greet, notice: owner.notice, isNeeded, online: () => token !== "" && owner.synced() });
  const { passwordOf, prove } = createProving(parts.crypto, line);

  /**
   * @param {Line} on
   * @param {Welcome} said
   */
  async function greet(on, said) {
    if ((welcome.peek()?.server_version ?? said.server_version) !== said.server_version) outdated.value = true;
    welcome.value = said;
    if (token === "") return;
    try {
      await on.call("login-token", { token });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "auth_failed") throw error;
      leave();
      return;
    }
    await follow(on);
  }

  /** @param {Line} on */
  async function follow(on) {
    await owner.load(); // before anything comes that somebody has to hear
    const before = epoch;
    const synced = await on.call("sync", { start: "end", positions: owner.positions(), epoch });
    epoch = synced.epoch;
    if (before !== "" && before !== epoch) owner.renumbered();
  }

  /** Who only looks at the form needs no line, and the server ends those that nobody uses. */
  function isNeeded() {
    return token !== "" || welcome.peek() === null;
  }

  /**
   * @param {string} name
   * @param {string} proof the device's token
   */
  function enter(name, proof) {
    token = proof;
    parts.tab.setUser(name);
    owner.load().catch(() => {}); // the next greeting tries again
    batch(() => {
      me.value = name;
      phase.value = "signed-in";
    });
  }

  /** @param {string} name @param {string} proof */
  function keep(name, proof) {
    parts.kept.set(TOKEN + name, proof);
    parts.kept.set(LAST, name);
    listAccounts();
  }

  function listAccounts() {
    const keys = parts.kept.keys().filter((key) => key.startsWith(TOKEN));
    accounts.value = keys.map((key) => key.slice(TOKEN.length)).sort();
  }

  /** Forget what is kept of a user, all but how the page looks to them. @param {string} name */
  function forget(name) {
    for (const key of parts.kept.keys()) {
      const [kind, user] = key.split(" ");
      if (user === name && kind !== LOOKS) parts.kept.set(key, undefined);
    }
    listAccounts();
  }

  function leave() {
    forget(me.peek());
    token = "";
    epoch = "";
    owner.left();
    batch(() => {
      me.value = "";
      phase.value = "signed-out";
    });
  }

  /** Somebody has signed in or out in another tab, or has a new token. @param {string} name @param {string | undefined} proof */
  function onToken(name, proof) {
    if (token === "") {
      const isMine = (parts.tab.user() ?? name) === name;
      if (proof === undefined || !isMine) return;
      enter(name, proof);
    } else {
      if (name !== me.peek()) return;
      if (proof !== undefined) return void (token = proof);
      leave();
    }
    line.reconnect();
  }

  /** Wait until there is a line. @returns {Promise<void>} */
  function online() {
    return new Promise((resolve) => {
      const stop = line.state.subscribe(({ state }) => {
        if (state !== "online") return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
  }

  /**
   * Sign in by a password.
   *
   * @param {string} name
   * @param {Password} password
   */
  async function signInBy(name, password) {
    const found = await prove(name, password, DEVICE);
    await follow(line);
    keep(found.name, found.token);
    enter(found.name, found.token);
    owner.synced();
  }

  return {
    phase,
    me,
    welcome,
    outdated,
    accounts,
    line: line.state,
    secure: parts.crypto !== null,

    /**
     * Sign in by a password.
     *
     * @param {string} name
     * @param {string} typed
     */
    async signIn(name, typed) {
      await signInBy(name, passwordOf(typed));
    },

    /** Read who was signed in, and connect. */
    start() {
      const name = parts.tab.user() ?? parts.kept.get(LAST) ?? "";
      const kept = parts.kept.get(TOKEN + name);
      listAccounts();
      if (kept === undefined) phase.value = "signed-out";
      else enter(name, kept);
      parts.kept.watch((key, value) => {
        if (!key.startsWith(TOKEN)) return;
        listAccounts();
        onToken(key.slice(TOKEN.length), value);
      });
      parts.onWake(() => line.check());
      line.connect();
    },

    /** Something has failed: find out what that says of the page. @param {unknown} error */
    onFailure(error) {
      if (error instanceof Refusal && error.code === "unsupported_version") outdated.value = true;
    },

    /** Be somebody in this tab who is signed in in another one. @param {string} name of `accounts` */
    goOn(name) {
      enter(name, parts.kept.get(TOKEN + name));
      line.reconnect();
    },

    /**
     * Make an account, and sign in.
     *
     * @param {string} name
     * @param {string} typed
     */
    async register(name, typed) {
      const password = passwordOf(typed);
      const keys = await password.newKeys();
      await line.ready();
      await line.call("register", { name, ...keys });
      await signInBy(name, password);
    },

    /** Revoke this device's token, and forget who was here. */
    async signOut() {
      await line.call("logout");
      leave();
      line.reconnect();
    },

    /**
     * Change the password. All other devices are signed out.
     *
     * @param {string} old
     * @param {string} typed the new one
     */
    async changePassword(old, typed) {
      const keys = await passwordOf(typed).newKeys();
      await prove(me.peek(), passwordOf(old), null);
      ({ token } = await line.call("password", { ...keys, device: DEVICE }));
      keep(me.peek(), token);
    },

    /**
     * Delete the account for good, and forget who was here.
     *
     * @param {string} typed
     * @param {boolean} posts what it posted is to go, too
     */
    async deleteAccount(typed, posts) {
      await prove(me.peek(), passwordOf(typed), null);
      await line.call("delete-account", { posts });
      leave();
      line.reconnect();
    },

    retryNow() {
      line.check();
    },

    isOnline: () => line.state.peek().state === "online",

    /** Return what proves over HTTP who is asking. */
    token: () => token,

    /**
     * Ask the server. Throws Refusal.
     *
     * @param {string} method
     * @param {Record<string, unknown>} [params]
     * @returns {Promise<any>}
     */
    call(method, params) {
      if (line.state.peek().state !== "online") return Promise.reject(new Refusal("offline"));
      return line.call(method, params);
    },

    /**
     * Ask the server when there is a line, as often as one is lost. For what only reads.
     *
     * @param {string} method
     * @param {Record<string, unknown>} [params]
     * @returns {Promise<any>}
     */
    async read(method, params) {
      for (;;) {
        await online();
        try {
          return await line.call(method, params);
        } catch (error) {
          if (!(error instanceof Refusal) || error.code !== "offline") throw error;
        }
      }
    },

    /**
     * @param {string} method
     * @param {Record<string, unknown>} params
     */
    notify(method, params) {
      if (line.state.peek().state === "online") line.notify(method, params);
    },
  };
}
