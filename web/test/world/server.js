/** A server that keeps rooms in memory and speaks as chatd does. */

import { Connection } from "./connection.js";

/** @typedef {import("../../src/state/shapes.js").Entry} Entry */
/** @typedef {import("../../src/net/line.js").SocketEvents} SocketEvents */
/** @typedef {import("./clock.js").Clock} Clock */

const POSTS = new Set(["message", "comment", "file"]);

/** What is wrong with a request. */
class Refused extends Error {
  /** @param {string} code @param {Record<string, unknown>} [details] */
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** A chat server in memory, with one device token per user: `token of <name>`. */
export class Server {
  /** @param {Clock} clock */
  constructor(clock) {
    this.clock = clock;
    this.delayMs = 5;
    this.epoch = "one";
    this.version = "1.0";
    this.isDown = false;
    /** @type {Set<Connection>} */
    this.connections = new Set();
    /** @type {Map<string, Entry[]>} */
    this.logs = new Map();
    /** How far each user has read: `user room`. @type {Map<string, number>} */
    this.reads = new Map();
    /** @type {Map<string, {room: string, seq: number, ts: number}>} */
    this.nonces = new Map();
    /** @type {Set<string>} */
    this.revoked = new Set();
    /** Who is in each private room. @type {Map<string, Set<string>>} */
    this.members = new Map();
    /** What the next posts are refused with. @type {Refused[]} */
    this.refusals = [];
    /** Methods in the order in which they came. @type {string[]} */
    this.asked = [];
  }

  /** @param {SocketEvents} events */
  connect(events) {
    const connection = new Connection(this, events);
    if (this.isDown) connection.cut();
    else this.connections.add(connection);
    return connection;
  }

  cutAll() {
    for (const connection of [...this.connections]) connection.cut();
  }

  /** @param {string} code @param {Record<string, unknown>} [details] */
  refuseNext(code, details) {
    this.refusals.push(new Refused(code, details));
  }

  /** Lose all that was said, as after a backup is restored. */
  restore() {
    this.epoch += "+";
    this.logs.clear();
    this.reads.clear();
    this.cutAll();
  }

  /** Forget the oldest entries of a room. @param {string} room @param {number} upTo */
  expire(room, upTo) {
    this.logs.set(room, this.log(room).map((entry) => (entry.seq <= upTo ? { ...entry, kind: "gone" } : entry)));
  }

  /** @param {string} room @returns {Entry[]} */
  log(room) {
    return this.logs.get(room) ?? [];
  }

  /** Return what people see of a room. @param {string} room */
  texts(room) {
    return this.log(room).filter(({ kind }) => POSTS.has(kind)).map(({ text }) => text ?? "");
  }

  /**
   * @param {string} room
   * @param {Partial<Entry> & {kind: string}} fields
   * @returns {Entry}
   */
  append(room, fields) {
    const log = this.log(room);
    const entry = { room, seq: log.length + 1, ts: this.clock.ms, ...fields };
    this.logs.set(room, [...log, entry]);
    for (const connection of this.connections) {
      if (connection.isFollowing && this.sees(connection.user, room)) connection.say([2, "entry", entry]);
    }
    return entry;
  }

  /** @param {string} user @param {string} room */
  sees(user, room) {
    return room === "general" || room === `@${user}` || room.split(",").includes(user) || Boolean(this.members.get(room)?.has(user));
  }

  /** Remove somebody from a private room. @param {string} room @param {string} user @param {string} by */
  remove(room, user, by) {
    this.members.get(room)?.delete(user);
    this.append(`@${user}`, { kind: "removed", group: room, by });
  }

  /** @param {Connection} connection @param {any[]} envelope */
  take(connection, [kind, ...rest]) {
    if (kind === 2) {
      if (rest[0] === "ack") this.acknowledge(connection, rest[1]);
      return;
    }
    const [id, method, params] = rest;
    this.asked.push(method);
    try {
      connection.say([1, id, null, this.answer(connection, method, params)]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      connection.say([1, id, { code: error.code, message: error.code, ...error.details }, null]);
    }
    if (method === "sync") this.follow(connection, params);
  }

  /** @param {Connection} connection @param {string} method @param {any} params @returns {unknown} */
  answer(connection, method, params) {
    const me = connection.user;
    switch (method) {
      case "hello":
        return { version: 1, server_version: this.version, epoch: this.epoch, registration: "open", time_zone: "UTC", features: [] };
      case "login-token":
        if (this.revoked.has(params.token)) throw new Refused("auth_failed");
        connection.user = params.token.split(" ").at(-1);
        return { name: connection.user, device: 1 };
      case "sync":
        return { epoch: this.epoch, name: me, rooms: 1, unread: 0 };
      case "rooms":
        return { rooms: [...this.logs.keys()].filter((room) => this.sees(me, room)).map((room) => this.status(me, room)), next: null };
      case "history":
        return this.history(params);
      case "thread":
        return this.thread(params);
      case "post":
        return this.post(me, this.roomOf(me, params.room), params, { kind: "message" });
      case "comment":
        return this.post(me, params.room, params, { kind: "comment", reply_to: params.seq, root: this.rootOf(params.room, params.seq) });
      case "edit":
        return this.post(me, params.room, params, { kind: "edit", target: params.seq });
      case "delete":
        return this.post(me, params.room, params, { kind: "delete", target: params.seq });
      case "who":
        return { names: [...this.connections].filter(({ isFollowing }) => isFollowing).map(({ user }) => user), next: null, count: this.connections.size };
      case "ping":
      case "logout":
        return {};
      default:
        throw new Refused("unknown_method");
    }
  }

  /**
   * @param {string} author
   * @param {string} room
   * @param {{text?: string, nonce?: string}} params
   * @param {Partial<Entry> & {kind: string}} fields
   */
  post(author, room, { text, nonce }, fields) {
    const key = `${author} ${nonce}`;
    const before = nonce === undefined ? undefined : this.nonces.get(key);
    if (before !== undefined) return before;
    const refused = this.refusals.shift();
    if (refused !== undefined) throw refused;
    const { seq, ts } = this.append(room, { author, ...(text === undefined ? {} : { text }), ...fields });
    const posted = { room, seq, ts };
    if (nonce !== undefined) this.nonces.set(key, posted);
    return posted;
  }

  /** Return the room that a user means: a name stands for the room of two. @param {string} me @param {string} named */
  roomOf(me, named) {
    return named.includes(",") || named === "general" ? named : [me, named].sort().join(",");
  }

  /** @param {string} room @param {number} seq @returns {number} */
  rootOf(room, seq) {
    return this.log(room)[seq - 1]?.root ?? seq;
  }

  /** Return the entries of a room as they are now. @param {string} room @returns {Entry[]} */
  shown(room) {
    const log = this.log(room).map((entry) => ({ ...entry }));
    for (const { kind, target = 0, text = "", ts } of log) {
      const entry = log[target - 1];
      if (entry === undefined) continue;
      if (kind === "edit" && !entry.deleted) Object.assign(entry, { text, edited: ts });
      if (kind === "delete") Object.assign(entry, { text: "", deleted: true });
    }
    return log.filter(({ kind }) => kind !== "gone");
  }

  /** @param {{room: string, before?: number, after?: number, around?: number, limit: number, revisions?: boolean}} params */
  history({ room, before, after, around, limit, revisions = true }) {
    if (!this.logs.has(room)) throw new Refused("not_found");
    const all = this.shown(room).filter(({ kind }) => revisions || !["edit", "delete"].includes(kind));
    if (after !== undefined) {
      const found = all.filter(({ seq }) => seq > after);
      return { room, entries: found.slice(0, limit), next: found.length > limit ? found[limit - 1]?.seq : null };
    }
    if (around !== undefined) {
      const middle = all.findIndex(({ seq }) => seq >= around);
      const first = Math.max(0, middle - Math.floor(limit / 2));
      return { room, entries: all.slice(first, first + limit), next: null };
    }
    const found = before === undefined ? all : all.filter(({ seq }) => seq < before);
    return { room, entries: found.slice(-limit), next: found.length > limit ? found.at(-limit)?.seq : null };
  }

  /** @param {{room: string, seq: number, after: number, limit: number}} params */
  thread({ room, seq, after, limit }) {
    const found = this.shown(room).filter((entry) => (entry.seq === seq || entry.root === seq) && entry.seq > after);
    return { room, entries: found.slice(0, limit), next: found.length > limit ? found[limit - 1]?.seq : null, root: seq, comments: 0, unread: 0 };
  }

  /** @param {string} user @param {string} room */
  status(user, room) {
    const read = this.reads.get(`${user} ${room}`) ?? 0;
    const shown = this.shown(room);
    const unread = shown.filter(({ seq, kind, author, deleted }) => seq > read && POSTS.has(kind) && author !== user && !deleted);
    const last = shown.findLast(({ kind, deleted }) => POSTS.has(kind) && !deleted);
    const { seq = 0, ts = 0, kind = "", author = "", text = "" } = last ?? {};
    return {
      room,
      last_seq: this.log(room).length,
      read_seq: read,
      unread: unread.length,
      mentions: unread.filter(({ mentions }) => mentions?.includes(user)).length,
      last: last === undefined ? null : { seq, ts, kind, author, text },
      last_at: ts,
      owner: "",
      members: 2,
      muted: false,
      unread_from: 0,
    };
  }

  /** @param {Connection} connection @param {{positions?: Record<string, number>, epoch?: string}} params */
  follow(connection, { positions, epoch }) {
    connection.isFollowing = true;
    for (const [room, position] of Object.entries(positions ?? {})) {
      if (epoch !== this.epoch || position > this.log(room).length) {
        connection.say([2, "reset", { room }]);
        continue;
      }
      let gone = 0;
      for (const entry of this.log(room).slice(position)) {
        if (entry.kind === "gone") {
          gone = entry.seq;
          continue;
        }
        if (gone > 0) connection.say([2, "gap", { room, from: position + 1, to: gone }]);
        gone = 0;
        connection.say([2, "entry", entry]);
      }
    }
    connection.say([2, "live", {}]);
  }

  /** @param {Connection} connection @param {{room: string, seq: number}} params */
  acknowledge(connection, { room, seq }) {
    const key = `${connection.user} ${room}`;
    if (seq <= (this.reads.get(key) ?? 0)) return;
    this.reads.set(key, seq);
    for (const other of this.connections) {
      if (other !== connection && other.user === connection.user) other.say([2, "read", { room, seq }]);
    }
  }
}
