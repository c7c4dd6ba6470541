/** Who is in a private room; for its owner also who asks, who is invited, and the links to it. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { titleOf } from "../../names.js";
import { t as common } from "../../text/index.js";
import { Aside } from "../aside.js";
import { useSurroundings } from "../context.js";
import { Confirm } from "../dialog.js";
import { Failure, failed } from "../failure.js";
import { Icon } from "../icons.js";
import { PersonItem } from "../person-item.js";
import { useAction } from "../use-action.js";
import { Invite } from "./invite.js";
import { Links } from "./links.js";
import { Requests } from "./requests.js";
import { useRest } from "./use-rest.js";
import { nodes, t } from "./texts.js";

/** @typedef {{name: string, role: "owner" | "member" | "invited", display_name?: string}} Member */
/** @typedef {{members: readonly Member[], next: string | null, count: number}} Page */
/** @typedef {"kick" | "uninvite" | "transfer" | "leave"} Deed */

const NOBODY = Object.freeze({ members: [], next: null, count: 0 });

/** @param {{room: string}} props */
export function MembersBeside({ room }) {
  const { app } = useSurroundings();
  const me = app.session.me.value;
  const { page, failure, load } = useMembers(room);
  const [deed, setDeed] = useState(/** @type {{kind: Deed, name: string} | null} */ (null));
  const part = useRest();
  const isOwner = app.rooms.get(room)?.owner === me;
  const present = page.members.filter(({ role }) => role !== "invited");
  const invited = page.members.filter(({ role }) => role === "invited");
  const requests = isOwner ? app.joining.requests.value.filter((one) => one.room === room) : [];
  /** @param {Deed} kind @param {string} name */
  const ask = (kind, name) => () => setDeed({ kind, name });
  const mayLeave = !isOwner || page.count === 1;

  return html`<${Aside} title=${common("people.title")}>
    <div class="private" ref=${part}>
      <${Failure} of=${failure} />
      ${requests.length > 0 && html`<h3>${t("private.requests")}</h3><${Requests} requests=${requests} />`}
      <h3 tabindex="-1" data-rest>${common("room.members", { n: page.count })}</h3>
      <ul class="people">
        ${present.map(({ name, role }) => {
          const note = [role === "owner" && t("private.owner"), name === me && common("people.you")].filter(Boolean).join(", ");
          return html`<${PersonItem} key=${name} name=${name} note=${note}>
            ${isOwner && name !== me &&
            html`<${Tool} icon="key" label=${t("private.transferName", { name })} onClick=${ask("transfer", name)} />
              <${Tool} icon="close" label=${t("private.kickName", { name })} onClick=${ask("kick", name)} />`}
          </${PersonItem}>`;
        })}
        ${invited.map(
          ({ name }) => html`<${PersonItem} key=${name} name=${name} note=${t("private.invited")}>
            <${Tool} icon="close" label=${t("private.uninviteName", { name })} onClick=${ask("uninvite", name)} />
          </${PersonItem}>`,
        )}
      </ul>
      ${page.next !== null && html`<button class="more" onClick=${() => load(page.members.length + 1)}>${common("common.more")}</button>`}
      ${isOwner &&
      html`<h3>${t("invite.title")}</h3>
        <${Invite} key=${room} room=${room} present=${new Set(page.members.map(({ name }) => name))} onDone=${() => load()} />
        <${Links} key=${`links ${room}`} room=${room} />`}
      <div class="leave">
        ${mayLeave
          ? html`<button class="danger" onClick=${ask("leave", me)}>${t("private.leave")}</button>`
          : html`<p class="hint">${t("private.transferFirst")}</p>`}
      </div>
    </div>
  </${Aside}>
  ${deed !== null &&
  html`<${Deeds} room=${room} deed=${deed} isLast=${page.count === 1} onClose=${() => setDeed(null)} onDone=${() => load()} />`}`;
}

/**
 * The members of a room, asked for again whenever there are others.
 *
 * @param {string} room
 */
function useMembers(room) {
  const { app } = useSurroundings();
  const [page, setPage] = useState(/** @type {Page} */ (NOBODY));
  const [failure, setFailure] = useState(/** @type {import("../failure.js").Failed} */ (""));
  const loads = useRef(0);
  const status = app.rooms.get(room);

  /** Ask, whatever was asked before: only the last answer counts. @param {number} [least] how many to show, if there are as many */
  const load = async (least = page.members.length) => {
    loads.current += 1;
    const current = loads.current;
    /** @type {Member[]} */
    const members = [];
    /** @type {string | null} */
    let next = "";
    let count = 0;
    try {
      do {
        const answer = await app.session.read("members", { room, after: next });
        members.push(...answer.members);
        ({ next, count } = answer);
      } while (next !== null && members.length < least);
    } catch (error) {
      if (current === loads.current) setFailure(failed(error));
      return;
    }
    if (current !== loads.current) return;
    app.people.note(members.map(({ name, display_name: shown = "" }) => [name, shown]));
    setFailure("");
    setPage({ members, next, count });
  };
  useEffect(() => {
    load();
    return () => {
      loads.current += 1;
    };
  }, [room, status?.members, status?.owner]);
  return { page, failure, load };
}

/**
 * Ask before somebody loses or gets something.
 *
 * @param {object} props
 * @param {string} props.room
 * @param {{kind: Deed, name: string}} props.deed
 * @param {boolean} props.isLast nobody else is in the room
 * @param {() => void} props.onClose
 * @param {() => void} props.onDone
 */
function Deeds({ room, deed: { kind, name }, isLast, onClose, onDone }) {
  const { app, place } = useSurroundings();
  const { failure, run } = useAction(kind === "leave" ? { forbidden: t("private.transferFirst") } : {});
  const texts = /** @type {const} */ ({
    kick: [t("private.kickTitle"), t("private.kick"), "private.kickWhat"],
    uninvite: [t("private.uninviteTitle"), t("private.uninvite"), "private.uninviteWhat"],
    transfer: [t("private.transferTitle"), t("private.transfer"), "private.transferWhat"],
    leave: [t("private.leaveTitle"), t("private.leave"), isLast ? "private.leaveLast" : "private.leaveWhat"],
  });
  const [title, action, what] = texts[kind];
  const confirm = async () => {
    const method = kind === "uninvite" ? "kick" : kind;
    const isDone = await run(() => app.call(method, kind === "leave" ? { room } : { room, user: name }));
    if (!isDone) return;
    onClose();
    if (kind !== "leave") {
      onDone();
      return;
    }
    place.go("");
    await app.rooms.load();
    if (document.activeElement === document.body) document.querySelector(/** @type {"button"} */ (".sidebar .find"))?.focus();
  };
  const values = { name: html`<bdi>${name}</bdi>`, room: html`<bdi>${titleOf(room, "")}</bdi>` };
  return html`<${Confirm} title=${title} action=${action} failure=${failure} onClose=${onClose} onConfirm=${confirm}>
    <p>${nodes(what, values)}</p>
  </${Confirm}>`;
}

/** @param {{icon: import("../icons.js").IconName, label: string, onClick: () => void}} props */
function Tool({ icon, label, onClick }) {
  return html`<button class="tool" aria-label=${label} title=${label} onClick=${onClick}><${Icon} name=${icon} /></button>`;
}
