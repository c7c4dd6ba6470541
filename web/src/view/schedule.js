/** Scheduled messages: when the one that is written is to be sent, and which are to be sent already. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { isDirect, otherOf, titleOf } from "../names.js";
import { EMPTY, giveBack } from "../state/draft.js";
import { allOf } from "../state/pages.js";
import { t as common } from "../text/index.js";
import { nodes, t } from "../text/schedule-words.js";
import { clock, moment } from "../text/times.js";
import { msOf, usualTimes, wallOf } from "../text/wall.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { errorText } from "./error-text.js";
import { Failure, failed } from "./failure.js";

/**
 * @typedef {object} Scheduled
 * @property {number} id
 * @property {number} at
 * @property {string} room
 * @property {string} text
 * @property {number | null} held_until
 * @property {"" | "banned" | "rate_limited"} held_by
 * @property {string} failed
 */
/** @typedef {import("./context.js").App} App */

const YEAR_MS = 31_536_000_000;
const MINUTE_MS = 60_000;
const EXCERPT_CHARACTERS = 200;

/** @param {{onClose: () => void}} props */
export function Schedule({ onClose }) {
  const { app, place } = useSurroundings();
  const room = place.room.value;
  const draft = app.drafts.get(room).value;
  const [done, setDone] = useState("");
  const { posts, failure, reload, takeBack } = useScheduled(app, (post) => {
    giveBack(app.drafts, post.room, post.text);
    onClose();
    place.go(post.room);
  });
  const told = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (done !== "") told.current?.focus();
  }, [done]);
  /** @param {number} at */
  const onDone = (at) => {
    app.drafts.set(room, EMPTY);
    setDone(t("done", { time: moment(at, Date.now()) }));
    reload();
  };
  const text = draft.editing ? "" : draft.text.trim();
  return html`<${DialogBox} title=${common("schedule.title")} kind="schedule" onClose=${onClose}>
    ${text !== ""
      ? html`<${WhenForm} room=${room} text=${text} onDone=${onDone} />`
      : html`<p class="hint" role="status" tabindex="-1" ref=${told}>${done || t("write")}</p>`}
    <h3>${t("list")}</h3>
    <${Failure} of=${failure} />
    ${posts?.length === 0 && html`<p class="hint">${t("none")}</p>`}
    <ul class="scheduled" aria-busy=${posts === null}>
      ${posts?.map((post) => html`<${Post} key=${post.id} post=${post} takeBack=${takeBack} />`)}
    </ul>
  </${DialogBox}>`;
}

/** @param {{room: string, text: string, onDone: (at: number) => void}} props */
function WhenForm({ room, text, onDone }) {
  const { app } = useSurroundings();
  const [opened] = useState(() => Date.now());
  const usual = usualTimes(opened);
  const [wall, setWall] = useState(usual[0]?.wall ?? "");
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  const [isBusy, setBusy] = useState(false);
  /** One for each text and time, so that to try again does not schedule it twice. */
  const attempt = useRef({ of: "", nonce: "" });

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    const at = msOf(wall);
    if (!(at > Date.now())) {
      setFailure(t("badTime"));
      return;
    }
    const of = `${at} ${text}`;
    if (attempt.current.of !== of) attempt.current = { of, nonce: app.nonce() };
    const to = isDirect(room) ? otherOf(room, app.session.me.peek()) : room;
    setBusy(true);
    try {
      await app.call("send-at", { at, text, to, nonce: attempt.current.nonce });
      onDone(at);
    } catch (error) {
      setFailure(refused(error));
      setBusy(false);
    }
  }

  return html`<form onSubmit=${submit}>
    <p class="quoted" dir="auto">${text.slice(0, EXCERPT_CHARACTERS)}</p>
    <label class="choice">${t("when")}
      <input type="datetime-local" required value=${wall} min=${wallOf(opened + MINUTE_MS)} max=${wallOf(opened + YEAR_MS)}
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => setWall(event.currentTarget.value)} />
    </label>
    ${app.settings.zone.value === "server" && html`<p class="hint">${t("server")}</p>`}
    <div class="usual">
      ${usual.map(
        (one) => html`<button type="button" aria-pressed=${one.wall === wall} onClick=${() => setWall(one.wall)}>
          ${t(one.name, { time: clock(msOf(one.wall)) })}
        </button>`,
      )}
    </div>
    <${Failure} of=${failure} />
    <div class="choices"><button class="primary" autofocus disabled=${isBusy}>${t("schedule")}</button></div>
  </form>`;
}

/** @param {unknown} error @returns {import("./failure.js").Failed} */
function refused(error) {
  const { code } = /** @type {{code?: string}} */ (error);
  if (code === "bad_request") return t("badTime");
  if (code === "conflict") return { text: t("full"), code };
  return failed(error);
}

/**
 * What is scheduled, kept up to date, and how to take one back.
 *
 * @param {App} app
 * @param {(post: Scheduled) => void} onTaken
 */
function useScheduled(app, onTaken) {
  const [posts, setPosts] = useState(/** @type {readonly Scheduled[] | null} */ (null));
  const [failure, setFailure] = useState(/** @type {import("./failure.js").Failed} */ (""));
  /** Of those the answer was lost: they may be taken back, and their texts are only here. */
  const unsure = useRef(/** @type {Map<number, Scheduled>} */ (new Map()));
  const loads = useRef(0);

  async function reload() {
    loads.current += 1;
    const mine = loads.current;
    try {
      const found = await allOf(async (after) => {
        const { posts: items, next } = await app.call("scheduled", { after });
        return { items: /** @type {Scheduled[]} */ (items), next };
      }, 0);
      if (mine !== loads.current) return;
      const ids = new Set(found.map(({ id }) => id));
      const lost = [...unsure.current.values()].filter(({ id }) => !ids.has(id));
      setPosts([...found, ...lost].sort((one, other) => one.at - other.at));
    } catch (error) {
      if (mine === loads.current) setFailure(failed(error));
    }
  }

  /** @param {Scheduled} post */
  async function takeBack(post) {
    setFailure("");
    try {
      await app.call("cancel", { id: post.id });
    } catch (error) {
      const { code } = /** @type {{code?: string}} */ (error);
      if (code === "offline") unsure.current.set(post.id, post);
      if (code !== "not_found" || !unsure.current.has(post.id)) {
        setFailure(code === "not_found" ? t("gone") : failed(error));
        reload();
        return;
      }
    }
    unsure.current.delete(post.id);
    onTaken(post);
  }

  // All that happens to a scheduled text is told in the self log, or posts it: then the rooms change.
  const rooms = app.rooms.list.value;
  useEffect(() => {
    reload();
  }, [rooms]);
  useEffect(() => () => void (loads.current += 1), []);
  return { posts, failure, reload, takeBack };
}

/** @param {{post: Scheduled, takeBack: (post: Scheduled) => void}} props */
function Post({ post, takeBack }) {
  const { app } = useSurroundings();
  const now = Date.now();
  const title = post.room === "general" ? common("room.general") : titleOf(post.room, app.session.me.value);
  const text = post.text.slice(0, EXCERPT_CHARACTERS);
  return html`<li>
    <div>
      <p class="due">${nodes("due", { time: moment(post.at, now), room: html`<bdi>${title}</bdi>` })}</p>
      <p dir="auto">${text}</p>
      ${post.failed && html`<p class="failure">${t("failed", { reason: failedText(post.failed) })}</p>`}
      ${post.held_by && html`<p class="failure">${t(post.held_by, { time: moment(post.held_until ?? post.at, now) })}</p>`}
    </div>
    <button aria-label=${t("takeBackOne", { text })} onClick=${() => takeBack(post)}>${t("takeBack")}</button>
  </li>`;
}

/** @param {string} code */
function failedText(code) {
  if (code === "not_found") return t("notThere");
  if (code === "forbidden") return t("notAccepted");
  return errorText({ code });
}
