/** The whole application without a browser: tabs and people at one server, with lines that break. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createApp } from "../src/state/app.js";
import { Browser } from "./world/browser.js";
import { Clock, randomOf } from "./world/clock.js";
import { opened } from "./world/opened.js";
import { Server } from "./world/server.js";

/** @typedef {import("../src/state/app.js").App} App */

const ROOMS = ["general", "ann,bob"];
const RETURN_MS = 200_000;

function world(seed = 1) {
  const clock = new Clock();
  const server = new Server(clock);
  const random = randomOf(seed);
  return { clock, server, random, browser: () => new Browser(server, random) };
}

/** @param {App} app @param {string} room */
const texts = (app, room) => app.logs.open(room).entries.value.map(({ text }) => text);

test("what is sent offline waits visibly, goes out once and in order", async () => {
  const { clock, server, browser } = world();
  const { app } = await opened(browser(), "ann");
  await clock.pass(100);
  app.logs.open("general").loadLatest();
  await clock.pass(50);
  server.isDown = true;
  server.cutAll();
  await clock.pass(10);
  app.outbox.post("general", "one");
  app.outbox.post("general", "two");
  await clock.pass(0);
  assert.deepEqual(app.outbox.items.value.map(({ text, state }) => [text, state]), [["one", "waiting"], ["two", "waiting"]]);
  assert.equal(app.session.line.value.state, "waiting");
  server.isDown = false;
  await clock.pass(RETURN_MS);
  assert.deepEqual(server.texts("general"), ["one", "two"]);
  assert.deepEqual(texts(app, "general"), ["one", "two"]);
  assert.deepEqual(app.outbox.items.value, []);
});

test("texts of two tabs at the same time are all sent", async () => {
  const { clock, server, browser } = world();
  const shared = browser();
  const tabs = [await opened(shared, "ann"), await opened(shared, "ann")];
  await clock.pass(100);
  for (let round = 0; round < 20; round += 1) {
    for (const [at, { app }] of tabs.entries()) app.outbox.post("general", `${round} of ${at}`);
    await clock.pass(round % 3);
  }
  await clock.pass(RETURN_MS);
  for (const at of [0, 1]) {
    const sent = server.texts("general").filter((text) => text.endsWith(`of ${at}`));
    assert.deepEqual(sent, Array.from({ length: 20 }, (_, round) => `${round} of ${at}`));
  }
  for (const { app } of tabs) assert.deepEqual(app.outbox.items.value, []);
});

test("when the tab that sends is killed, another one goes on", async () => {
  const { clock, server, browser } = world();
  const shared = browser();
  const [first, second] = [await opened(shared, "ann"), await opened(shared, "ann")];
  await clock.pass(100);
  server.isDown = true;
  server.cutAll();
  await clock.pass(10);
  first.app.outbox.post("general", "mine");
  await clock.pass(10);
  first.tab.kill();
  server.isDown = false;
  await clock.pass(RETURN_MS);
  assert.deepEqual(server.texts("general"), ["mine"]);
  assert.deepEqual(second.app.outbox.items.value, []);
});

test("tabs of two users at one browser have nothing in common but the browser", async () => {
  const { clock, server, browser } = world();
  const shared = browser();
  const [ann, other, bob] = [await opened(shared, "ann"), await opened(shared, "ann"), await opened(shared, "bob")];
  await clock.pass(100);
  ann.app.drafts.set("general", { text: "of ann", replyTo: 0, editing: 0 });
  ann.app.settings.set("theme", "dark");
  server.isDown = true;
  server.cutAll();
  await clock.pass(1_000);
  ann.app.outbox.post("general", "by ann");
  bob.app.outbox.post("general", "by bob");
  await clock.pass(10);
  assert.deepEqual([other, bob].map(({ app }) => app.drafts.get("general").value.text), ["of ann", ""]);
  assert.deepEqual([other, bob].map(({ app }) => app.settings.theme.value), ["dark", "auto"]);
  assert.deepEqual([ann, bob].map(({ app }) => app.outbox.items.value.map(({ text }) => text)), [["by ann"], ["by bob"]]);
  server.isDown = false;
  await clock.pass(RETURN_MS);
  const said = server.log("general").map(({ author, text }) => [author, text]);
  assert.deepEqual(said.sort(), [["ann", "by ann"], ["bob", "by bob"]]);
  ann.app.session.signOut();
  await clock.pass(100);
  assert.deepEqual([ann, other, bob].map(({ app }) => app.session.me.value), ["", "", "bob"]);
});

test("a token that was revoked leaves nothing behind, though the page has not shown anything yet", async () => {
  const { clock, server, browser } = world();
  const shared = browser();
  for (const key of ["session ann", "rooms ann", "draft ann general", "outbox ann n1", "session bob"]) {
    shared.values.set(key, key);
  }
  shared.values.set("user", "ann");
  server.revoked.add("session ann");
  const { session, ...door } = createApp(shared.tab().parts, () => new Promise(() => {}));
  await door.start();
  assert.equal(session.me.value, "ann");
  await clock.pass(100);
  assert.equal(session.phase.value, "signed-out");
  assert.deepEqual([...shared.values.keys()].sort(), ["session bob", "user"]);
});

test("a new tab is of who signed in last, and goes on as another one when asked to", async () => {
  const { clock, browser } = world();
  const shared = browser();
  await opened(shared, "ann");
  await opened(shared, "bob");
  shared.values.set("user", "bob");
  const tab = shared.tab();
  const { session, ...door } = createApp(tab.parts, () => import("../src/inside.js"));
  await door.start();
  assert.equal(session.me.value, "bob");
  await clock.pass(100);
  session.signOut();
  await clock.pass(100);
  assert.deepEqual([session.phase.value, session.accounts.value], ["signed-out", ["ann"]]);
  session.goOn("ann");
  await clock.pass(RETURN_MS);
  assert.deepEqual([session.me.value, session.line.value.state, tab.user], ["ann", "online", "ann"]);
});

test("without a line, a page that is loaded again shows the rooms, what waits, and the draft", async () => {
  const { clock, server, browser } = world();
  const shared = browser();
  server.append("general", { kind: "message", author: "bob", text: "hello" });
  const { app, tab } = await opened(shared, "ann");
  await clock.pass(1_000);
  server.isDown = true;
  server.cutAll();
  app.outbox.post("general", "later");
  app.drafts.set("general", { text: "half a thought", replyTo: 0, editing: 0 });
  tab.leave();
  await clock.pass(10);
  tab.kill();
  const { app: again } = await opened(shared, "ann");
  assert.deepEqual(again.rooms.list.value.map(({ room, last }) => [room, last?.text]), [["general", "hello"]]);
  assert.deepEqual(again.outbox.items.value.map(({ text }) => text), ["later"]);
  assert.equal(again.drafts.get("general").value.text, "half a thought");
  assert.equal(again.rooms.loaded.value, false);
  server.isDown = false;
  await clock.pass(RETURN_MS);
  assert.deepEqual(server.texts("general"), ["hello", "later"]);
  again.session.signOut();
  await clock.pass(100);
  assert.deepEqual([...shared.values.keys()].filter((key) => key.includes("ann")), []);
});

test("who is removed from a room is told so, and has it no more", async () => {
  const { clock, server, browser } = world();
  for (const room of ["+ops:a", "+dev:b", "+all:c"]) {
    server.members.set(room, new Set(["ann", "bob"]));
    server.append(room, { kind: "message", author: "bob", text: room });
  }
  const { app } = await opened(browser(), "ann");
  await clock.pass(1_000);
  app.logs.open("+ops:a");
  server.remove("+ops:a", "ann", "bob");
  await clock.pass(1_000);
  assert.equal(app.lost.value.room, "+ops:a");
  assert.equal(app.logs.held("+ops:a"), undefined);
  server.cutAll();
  server.remove("+dev:b", "ann", "bob"); // nobody hears it now
  await clock.pass(RETURN_MS);
  assert.equal(app.lost.value.room, "+dev:b");
  assert.deepEqual(app.notes.value.map(({ kind, room, entry }) => [kind, room ?? entry?.group]), [["self", "+ops:a"], ["lost", "+dev:b"]]);
  assert.deepEqual(app.rooms.list.value.map(({ room }) => room), ["+all:c"]);
});

test("a log that is read in its middle has what was changed while the line was lost", async () => {
  const { clock, server, browser } = world();
  for (let count = 1; count <= 200; count += 1) server.append("general", { kind: "message", author: "bob", text: `text ${count}` });
  const { app } = await opened(browser(), "ann");
  await clock.pass(1_000);
  const log = app.logs.open("general");
  log.loadAround(100);
  await clock.pass(100);
  app.logs.open("ann,bob");
  app.logs.open("general");
  server.isDown = true;
  server.cutAll();
  await clock.pass(10);
  server.append("general", { kind: "edit", author: "bob", target: 99, text: "other words" });
  server.append("general", { kind: "delete", author: "bob", target: 101 });
  server.append("general", { kind: "message", author: "bob", text: "at the end" });
  server.expire("general", 80);
  server.isDown = false;
  await clock.pass(RETURN_MS);
  assert.equal(app.logs.held("general"), log);
  assert.equal(app.logs.held("ann,bob"), undefined); // read again when it is looked at
  const shown = log.entries.value;
  assert.deepEqual([shown[0]?.seq, shown.at(-1)?.seq], [81, 124]);
  assert.deepEqual(shown.filter(({ seq }) => seq >= 99 && seq <= 101).map(({ text, deleted }) => deleted ? "" : text), ["other words", "text 100", ""]);
});

test("after a backup was restored, what was held is dropped, and one is told", async () => {
  const { clock, server, browser } = world();
  const { app } = await opened(browser(), "ann");
  for (const text of ["one", "two", "three"]) server.append("general", { kind: "message", author: "bob", text });
  await clock.pass(1_000);
  const log = app.logs.open("general");
  log.loadLatest();
  await clock.pass(50);
  log.seen(3);
  await clock.pass(3_000);
  assert.equal(server.reads.get("ann general"), 3);
  server.restore();
  server.append("general", { kind: "message", author: "bob", text: "another" });
  await clock.pass(RETURN_MS);
  assert.deepEqual(texts(app, "general"), ["another"]);
  assert.deepEqual(app.notes.value.map(({ kind }) => kind), ["reset"]);
  assert.equal(app.rooms.get("general")?.unread, 1);
  assert.equal(server.reads.get("ann general"), undefined); // nothing from before was acknowledged
});

/**
 * Live through random days: people write in two rooms from three tabs of two browsers, read, edit,
 * delete; lines are cut at any moment, and tabs are killed and opened again.
 *
 * @param {number} seed
 */
async function live(seed) {
  const { clock, server, random, browser } = world(seed);
  const [anns, bobs] = [browser(), browser()];
  const people = [
    { name: "ann", shared: anns, ...(await opened(anns, "ann")) },
    { name: "ann", shared: anns, ...(await opened(anns, "ann")) },
    { name: "bob", shared: bobs, ...(await opened(bobs, "bob")) },
  ];
  /** @type {Map<string, string[]>} */
  const written = new Map(people.map((_, at) => [String(at), []]));
  await clock.pass(100);
  for (let step = 0; step < 150; step += 1) {
    const at = Math.floor(random() * people.length);
    const person = /** @type {(typeof people)[number]} */ (people[at]);
    const room = /** @type {string} */ (ROOMS[Math.floor(random() * ROOMS.length)]);
    const dice = random();
    if (dice < 0.45) {
      const text = `${step} by ${at}`;
      person.app.outbox.post(room, text);
      written.get(String(at))?.push(`${room} ${text}`);
    } else if (dice < 0.6) {
      const log = person.app.logs.open(room);
      if (!log.atEnd.value) log.loadLatest();
      await clock.pass(50);
      const last = log.entries.value.at(-1);
      if (last !== undefined && log.atEnd.value) log.seen(last.seq);
    } else if (dice < 0.7) {
      const own = server.log(room).filter(({ author, kind, deleted }) => author === person.name && kind === "message" && !deleted);
      const target = own[Math.floor(random() * own.length)];
      if (target !== undefined) person.app.call("delete", { room, seq: target.seq }).catch(() => {});
    } else if (dice < 0.8) {
      for (const connection of [...server.connections]) if (random() < 0.5) connection.cut();
    } else if (dice < 0.85) {
      person.tab.kill();
      Object.assign(person, await opened(person.shared, person.name));
    } else {
      await clock.pass(random() * 2_000);
    }
    if (random() < 0.5) await clock.pass(random() * 10);
  }
  await clock.pass(RETURN_MS);
  return { server, people, written };
}

for (let seed = 1; seed <= 40; seed += 1) {
  test(`random days lose, double and swap nothing, and every badge is the server's: seed ${seed}`, async () => {
    const { server, people, written } = await live(seed);
    const sent = ROOMS.flatMap((room) => server.log(room).filter(({ kind }) => kind === "message").map(({ text }) => `${room} ${text}`));
    for (const [at, texts] of written) {
      for (const room of ROOMS) {
        const mine = (/** @type {string} */ text) => text.startsWith(`${room} `) && text.endsWith(` by ${at}`);
        assert.deepEqual(sent.filter(mine), texts.filter(mine));
      }
    }
    for (const { app, name } of people) {
      assert.deepEqual(app.outbox.items.value, []);
      for (const room of ROOMS) {
        const { unread, mentions } = server.status(name, room);
        const shown = app.rooms.get(room);
        if (server.logs.has(room)) assert.deepEqual([shown?.unread, shown?.mentions], [unread, mentions], `${name} in ${room}`);
        const log = app.logs.held(room);
        if (log?.atEnd.value) {
          const held = log.entries.value.map(({ seq, text, deleted }) => [seq, deleted ? "" : text]);
          const there = server.shown(room).filter(({ kind }) => kind === "message").map(({ seq, text }) => [seq, text]);
          assert.deepEqual(held, there.slice(-held.length));
        }
      }
    }
  });
}
