/** Invite somebody by name: known names that begin with what is typed are offered. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { foldName } from "../../names.js";
import { t as common } from "../../text/index.js";
import { Avatar } from "../avatar.js";
import { useSurroundings } from "../context.js";
import { Failure } from "../failure.js";
import { useAction } from "../use-action.js";
import { t } from "./texts.js";

/** @typedef {import("../context.js").Person} Person */

const OFFERED_MAX = 6;

/** @param {{room: string, present: ReadonlySet<string>, onDone: () => void}} props present: who needs no invitation */
export function Invite({ room, present, onDone }) {
  const { app } = useSurroundings();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(-1);
  const [isOpen, setOpen] = useState(false);
  const [people, setPeople] = useState(/** @type {readonly Person[]} */ ([]));
  const [invited, setInvited] = useState("");
  const { failure, run, reset } = useAction({
    conflict: t("invite.conflict"),
    forbidden: common("error.blocked"),
    not_found: t("invite.unknown"),
    bad_request: t("invite.unknown"),
  });

  useEffect(() => {
    let isCurrent = true;
    if (typed.trim() === "") {
      setPeople([]);
      return undefined;
    }
    app.people.search(foldName(typed.trim())).then(
      (found) => isCurrent && setPeople(found),
      () => isCurrent && setPeople([]), // a name can be typed all the same
    );
    return () => {
      isCurrent = false;
    };
  }, [typed]);

  const offered = isOpen ? people.filter(({ name }) => !present.has(name)).slice(0, OFFERED_MAX) : [];
  const chosen = Math.min(at, offered.length - 1);
  /** @param {string} name */
  const choose = (name) => {
    setTyped(name);
    setAt(-1);
    setOpen(false);
  };
  /** @param {Event} event */
  const invite = async (event) => {
    event.preventDefault();
    const user = typed.trim();
    if (user === "" || !(await run(() => app.call("invite", { room, user })))) return;
    setInvited(user);
    choose("");
    onDone();
  };
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const one = offered[chosen];
    if (step !== undefined && offered.length > 0) setAt((Math.max(chosen, step > 0 ? -1 : 0) + step + offered.length) % offered.length);
    else if (event.key === "Enter" && one !== undefined) choose(one.name);
    else if (event.key === "Escape" && offered.length > 0) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<form class="invite" onSubmit=${invite}>
    <div class="field">
      <input role="combobox" aria-expanded=${offered.length > 0} aria-controls="invite-list" aria-autocomplete="list"
        aria-activedescendant=${chosen >= 0 ? `invite-${chosen}` : undefined} aria-label=${t("invite.name")}
        placeholder=${t("invite.name")} value=${typed} autocomplete="off" autocapitalize="none" spellcheck=${false}
        dir="auto" onKeyDown=${onKeyDown} onBlur=${() => setOpen(false)}
        onInput=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => {
          setTyped(event.currentTarget.value);
          setAt(-1);
          setOpen(true);
          setInvited("");
          reset();
        }} />
      <ul id="invite-list" role="listbox" aria-label=${common("people.title")} hidden=${offered.length === 0}>
        ${offered.map(
          ({ name, online }, index) => html`<li key=${name} id=${`invite-${index}`} role="option"
            aria-selected=${index === chosen} onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()}
            onClick=${() => choose(name)}><${Avatar} name=${name} isOnline=${online} /><bdi>${name}</bdi></li>`,
        )}
      </ul>
    </div>
    <button disabled=${typed.trim() === ""}>${t("invite.send")}</button>
    <${Failure} of=${failure} />
    <p class="hint" role="status">${invited && t("invite.sent", { name: invited })}</p>
  </form>`;
}
