/**
 * A file in a log: an image, a video or sound in place, anything else by its name. The room that
 * an image takes is kept from the start, so that nothing moves when it comes.
 */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../text/index.js";
import { sizeText } from "../text/sizes.js";
import { isImage } from "../state/files.js";
import { useSurroundings } from "./context.js";
import { Icon } from "./icons.js";

/** @typedef {import("./context.js").Entry} Entry */

const WIDTH_MAX = 420;
const HEIGHT_MAX = 320;
/** Ask for the address of what is this near to the screen. */
const AHEAD = "300px";

/**
 * Return the size in which an image is shown: never larger than it is.
 *
 * @param {number} width
 * @param {number} height
 * @returns {{width: number, height: number}}
 */
export function fitted(width, height) {
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** @param {{entry: Entry}} props */
export function FileBody({ entry }) {
  const { app, about, dialog } = useSurroundings();
  const [address, setAddress] = useState("");
  const [isBroken, setBroken] = useState(false);
  const renewed = useRef(false);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const kind = isBroken ? "" : shownAs(entry);

  useEffect(() => {
    if (kind === "" || place.current === null) return undefined;
    const watcher = new IntersectionObserver(
      ([seen]) => {
        if (!seen?.isIntersecting) return;
        watcher.disconnect();
        app.files.address(entry.room, entry.seq).then(setAddress, () => setBroken(true));
      },
      { rootMargin: AHEAD },
    );
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, [kind, entry.room, entry.seq]);

  const name = entry.name ?? "";
  /** The address may have ended while nobody used it: another one is asked for, once. */
  const broken = () => {
    if (renewed.current) {
      setBroken(true);
      return;
    }
    renewed.current = true;
    app.files.renew(entry.room, entry.seq).then(setAddress, () => setBroken(true));
  };
  if (kind === "image") {
    const { width, height } = fitted(entry.width ?? 0, entry.height ?? 0);
    const size = { width: `${width}px`, aspectRatio: `${width} / ${height}` };
    /** @param {MouseEvent} event with a key, it opens the image as the browser does */
    const enlarge = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      about.value = { name: entry.author ?? "", entry };
      dialog.value = "viewer";
    };
    return html`<a class="image" ref=${place} href=${address || undefined} target="_blank" rel="noopener" onClick=${enlarge}>
      <img style=${size} src=${address || undefined} alt=${name} title=${name} onError=${broken} decoding="async" />
    </a>`;
  }
  if (kind === "video") {
    return html`<video class="video" ref=${place} src=${address || undefined} controls preload="metadata"
      title=${name} onError=${address ? broken : undefined}></video>`;
  }
  if (kind === "audio") {
    return html`<audio ref=${place} src=${address || undefined} controls preload="metadata" title=${name}
      onError=${address ? broken : undefined}></audio>`;
  }
  return html`<${Attachment} entry=${entry} />`;
}

/** @param {{entry: Entry}} props */
function Attachment({ entry }) {
  const { app } = useSurroundings();
  const [error, setError] = useState(false);
  const fetchIt = () => download(app, entry).then(() => setError(false), () => setError(true));
  return html`<button class="attachment" onClick=${fetchIt} title=${t("file.download")}>
    <${Icon} name="file" /><bdi>${entry.name}</bdi>
    <small>${error ? t("file.gone") : sizeText(entry.size ?? 0)}</small>
  </button>`;
}

/**
 * Have the browser keep a file. Throws Refusal.
 *
 * @param {import("./context.js").App} app
 * @param {import("./context.js").Said} entry
 */
export async function download(app, { room, seq, name = "" }) {
  const link = document.createElement("a");
  link.href = await app.files.address(room, seq);
  link.download = name;
  link.click();
}

/**
 * Return how a file is shown: "" if by its name only.
 *
 * @param {Entry} entry
 * @returns {"" | "image" | "video" | "audio"}
 */
function shownAs(entry) {
  if (isImage(entry)) return "image";
  const kind = (entry.media_type ?? "").split("/")[0];
  return kind === "video" || kind === "audio" ? kind : "";
}
