import assert from "node:assert/strict";
import { test } from "node:test";

import { Line } from "../src/net/line.js";
import { FakeClock, settled } from "./fakes.js";

/** @param {Partial<import("../src/net/line.js").LineOwner>} [owner] */
function lineOf(owner = {}) {
  const clock = new FakeClock();
  /** @type {{sent: any[], isClosed: boolean, events: import("../src/net/line.js").SocketEvents}[]} */
  const sockets = [];
  const line = new Line(
    {
      now: clock.now,
      after: clock.after,
      random: () => 1,
      connect: (events) => {
        const socket = { sent: /** @type {any[]} */ ([]), isClosed: false, events };
        sockets.push(socket);
        return {
          send: (text) => void socket.sent.push(JSON.parse(text)),
          close: () => {
            socket.isClosed = true;
          },
        };
      },
    },
    { greet: async () => undefined, notice: () => undefined, online: () => undefined, isNeeded: () => true, ...owner },
  );
  /** Greet, as the server does. */
  const open = async () => {
    const socket = /** @type {typeof sockets[0]} */ (sockets.at(-1));
    socket.events.opened();
    socket.events.received(JSON.stringify([1, socket.sent[0][1], null, { version: 1 }]));
    await settled();
    return socket;
  };
  return { clock, line, sockets, open };
}

test("a line is online when the greeting is answered", async () => {
  const { line, open } = lineOf();
  line.connect();
  assert.equal(line.state.value.state, "connecting");
  await open();
  assert.equal(line.state.value.state, "online");
});

test("answers find their requests, refusals have their details", async () => {
  const { line, open } = lineOf();
  line.connect();
  const socket = await open();
  const [one, other] = [line.call("who"), line.call("post", { text: "a" })];
  const [[, first], [, second]] = socket.sent.slice(-2);
  const error = { code: "rate_limited", message: "", reset_at: 5 };
  socket.events.received(JSON.stringify([1, second, error, null]));
  socket.events.received(JSON.stringify([1, first, null, { names: [] }]));
  assert.deepEqual(await one, { names: [] });
  await assert.rejects(other, { code: "rate_limited", details: { reset_at: 5 } });
});

test("a silent line is asked, and taken for dead within 35 s", async () => {
  const { clock, line, open } = lineOf();
  line.connect();
  const socket = await open();
  const asked = line.call("who");
  asked.catch(() => undefined);
  await clock.advance(20_000);
  assert.ok(socket.sent.some(([, , method]) => method === "ping"));
  assert.equal(line.state.value.state, "online");
  await clock.advance(15_000);
  assert.ok(socket.isClosed);
  await assert.rejects(asked, { code: "offline" });
  assert.notDeepEqual(line.state.value, { state: "online", retryAt: 0, why: "" });
});

test("any word keeps a line alive", async () => {
  const { clock, line, open } = lineOf();
  line.connect();
  const socket = await open();
  for (let turn = 0; turn < 10; turn += 1) {
    await clock.advance(10_000);
    socket.events.received(JSON.stringify([2, "ping", {}]));
  }
  assert.equal(line.state.value.state, "online");
  assert.deepEqual(socket.sent.at(-1), [2, "pong", {}]);
});

test("tries are further and further apart, to a limit, and start again at once when woken", async () => {
  const { clock, line, sockets } = lineOf();
  line.connect();
  const waits = [];
  for (let turn = 0; turn < 10; turn += 1) {
    sockets.at(-1)?.events.closed();
    const { state, retryAt } = line.state.value;
    assert.equal(state, "waiting");
    waits.push(retryAt - clock.ms);
    await clock.advance(retryAt - clock.ms);
  }
  assert.deepEqual(waits.slice(0, 3), [500, 1_000, 2_000]);
  assert.equal(waits.at(-1), 30_000);
  sockets.at(-1)?.events.closed();
  const before = sockets.length;
  line.check();
  assert.equal(sockets.length, before + 1);
});

test("a line that nobody needs is not replaced before it is asked for", async () => {
  const { line, sockets, open } = lineOf({ isNeeded: () => false });
  line.connect();
  const socket = await open();
  socket.events.closed();
  assert.equal(line.state.value.state, "off");
  const ready = line.ready();
  await open();
  await ready;
  assert.equal(sockets.length, 2);
});

test("notices keep their place before an answer and before the loss of the line; those of a line given up are forgotten", async () => {
  /** @type {string[]} */
  const heard = [];
  const { clock, line, sockets, open } = lineOf({ notice: (method) => void heard.push(method) });
  line.connect();
  let socket = await open();
  const say = (/** @type {string} */ method) => socket.events.received(JSON.stringify([2, method, {}]));
  for (const method of ["one", "two"]) say(method);
  assert.deepEqual(heard, ["one"]);
  const answer = line.call("who").then(() => heard.push("answer"));
  socket.events.received(JSON.stringify([1, socket.sent.at(-1)[1], null, {}]));
  await answer;
  assert.deepEqual(heard, ["one", "two", "answer"]);
  say("three");
  socket.events.closed();
  assert.deepEqual(heard.slice(3), ["three"]);
  await clock.advance(500);
  socket = await open();
  for (const method of ["four", "five"]) say(method);
  line.reconnect();
  await clock.advance(500);
  assert.deepEqual(heard.slice(4), ["four"]);
  assert.equal(sockets.length, 3);
});

test("after a sleep, a line that was silent for long is replaced at once, and another is asked first", async () => {
  const { clock, line, sockets, open } = lineOf();
  line.connect();
  const first = await open();
  clock.ms += 3_600_000; // timers stand still while a machine sleeps
  line.check();
  assert.deepEqual([first.isClosed, sockets.length, line.state.value.state], [true, 2, "connecting"]);
  const second = await open();
  line.check();
  assert.equal(second.sent.at(-1)[2], "ping");
  clock.ms += 1;
  second.events.received(JSON.stringify([1, second.sent.at(-1)[1], null, {}]));
  await clock.advance(5_000);
  assert.equal(sockets.length, 2);
  line.check();
  await clock.advance(5_000);
  assert.deepEqual([second.isClosed, sockets.length], [true, 3]);
});

test("a try that was begun without a network is given up for a new one when there is one, and no fresh one is", async () => {
  const { clock, line, sockets, open } = lineOf();
  line.connect();
  await clock.advance(4_999);
  line.check();
  assert.equal(sockets.length, 1);
  await clock.advance(1);
  line.check();
  assert.deepEqual([sockets[0]?.isClosed, sockets.length], [true, 2]);
  await open();
  assert.equal(line.state.value.state, "online");
});
