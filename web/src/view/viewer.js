/** An image as large as there is place for, and from there to the others of its room. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { nextImage } from "../state/images.js";
import { t as common } from "../text/index.js";
import { moment } from "../text/times.js";
import { t } from "../text/viewer-words.js";
import { useSurroundings } from "./context.js";
import { DialogBox } from "./dialog.js";
import { Failure, failed } from "./failure.js";
import { download } from "./file-body.js";
import { Icon } from "./icons.js";

/** @typedef {import("../state/images.js").Direction} Direction */
/** @typedef {import("./context.js").Said} Said */
/** @typedef {import("./failure.js").Failed} Failed */

/** @type {Readonly<Record<string, Direction>>} */
const KEYS = Object.freeze({ ArrowLeft: "before", ArrowRight: "after" });

/** @param {{onClose: () => void}} props */
export function Viewer({ onClose }) {
  const { app, place, about } = useSurroundings();
  const entry = /** @type {Said} */ (about.value.entry);
  const { address, failure, setFailure } = useAddress(entry);
  const [isSearching, setSearching] = useState(false);
  const [isEnd, setEnd] = useState(false);

  /** @param {Direction} direction @param {{aborted: boolean}} stop */
  const turn = async (direction, stop) => {
    setSearching(true);
    setEnd(false);
    try {
      const found = await nextImage(app.session.read, entry, direction, stop);
      if (stop.aborted) return;
      if (found === null) setEnd(true);
      else about.value = { name: found.author ?? "", entry: found };
    } catch (error) {
      if (!stop.aborted) setFailure(failed(error));
    }
    if (!stop.aborted) setSearching(false);
  };
  const press = useTurns(turn, [entry.room, entry.seq]);
  const show = () => {
    onClose();
    place.go(entry.room, entry.seq);
  };
  const keep = () => download(app, entry).catch((error) => setFailure(failed(error, { not_found: common("file.gone") })));
  /** @param {Event} event a click beside the image */
  const onBeside = (event) => event.target === event.currentTarget && onClose();
  return html`<${DialogBox} title=${html`<bdi>${entry.name}</bdi>`} kind="viewer" onClose=${onClose}>
    <figure onClick=${onBeside} aria-busy=${isSearching}>
      ${address && html`<img key=${address} src=${address} alt=${entry.name} width=${entry.width} height=${entry.height} />`}
    </figure>
    <${Failure} of=${failure} />
    <p class="hint" role="status">
      ${isEnd ? t("none") : html`<bdi>${app.people.shown(entry.author ?? "")}</bdi>, ${moment(entry.ts ?? 0, Date.now())}`}
    </p>
    <div class="choices">
      <button class="tool" aria-label=${t("before")} title=${t("before")} aria-keyshortcuts="ArrowLeft"
        onClick=${() => press("before")}><${Icon} name="back" /></button>
      <button class="tool next" aria-label=${t("after")} title=${t("after")} aria-keyshortcuts="ArrowRight"
        onClick=${() => press("after")}><${Icon} name="back" /></button>
      <button onClick=${keep}>${common("file.download")}</button>
      <button onClick=${show}>${t("show")}</button>
    </div>
  </${DialogBox}>`;
}

/** Return the address of an image, and what went wrong with it. @param {Said} entry */
function useAddress({ room, seq }) {
  const { app } = useSurroundings();
  const [address, setAddress] = useState("");
  const [failure, setFailure] = useState(/** @type {Failed} */ (""));
  useEffect(() => {
    let isCurrent = true;
    setAddress("");
    setFailure("");
    app.files.address(room, seq).then(
      (found) => isCurrent && setAddress(found),
      (error) => isCurrent && setFailure(failed(error, { not_found: common("file.gone") })),
    );
    return () => {
      isCurrent = false;
    };
  }, [room, seq]);
  return { address, failure, setFailure };
}

/**
 * Turn to another image by a key or by a call: the last one wins, and none after the image is left.
 *
 * @param {(direction: Direction, stop: {aborted: boolean}) => void} turn
 * @param {unknown[]} of the image
 * @returns {(direction: Direction) => void}
 */
function useTurns(turn, of) {
  const [running] = useState(() => ({ current: new AbortController() }));
  /** @param {Direction} direction */
  const press = (direction) => {
    running.current.abort();
    running.current = new AbortController();
    turn(direction, running.current.signal);
  };
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      const direction = KEYS[event.key];
      if (direction === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      press(direction);
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      running.current.abort();
    };
  }, of);
  return press;
}
