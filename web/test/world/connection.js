/** Lines to the server in memory, which can be cut at any message. */

/** @typedef {import("../../src/net/line.js").SocketEvents} SocketEvents */
/** @typedef {import("./server.js").Server} Server */

/** One line to the server. What is on its way when it is cut is lost, in both directions. */
export class Connection {
  /** @param {Server} server @param {SocketEvents} events */
  constructor(server, events) {
    this._server = server;
    this._events = events;
    this.isOpen = true;
    this.isFollowing = false;
    this.isSilent = false;
    this.user = "";
    server.clock.after(() => this.isOpen && events.opened(), server.delayMs);
  }

  /** @param {string} text */
  send(text) {
    this._server.clock.after(() => this.isOpen && !this.isSilent && this._server.take(this, JSON.parse(text)), this._server.delayMs);
  }

  close() {
    this.isOpen = false;
    this._server.connections.delete(this);
  }

  cut() {
    if (!this.isOpen) return;
    this.close();
    this._server.clock.after(this._events.closed, 0);
  }

  /** @param {unknown} envelope */
  say(envelope) {
    const text = JSON.stringify(envelope);
    this._server.clock.after(() => this.isOpen && !this.isSilent && this._events.received(text), this._server.delayMs);
  }
}
