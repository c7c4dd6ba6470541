/** The addresses of files, by which the page can show them. */

/** @typedef {import("./shapes.js").Parts} Parts */

/** @typedef {import("./shapes.js").Entry} Entry */

/** An address lasts as long as it is used, and this long at least. */
const ADDRESS_MS = 240_000;
const ADDRESSES_MAX = 200;

/** Tell whether an entry is an image that can be shown. @param {Entry} entry */
export function isImage({ width, height }) {
  return Boolean(width && height);
}

/**
 * @param {Pick<Parts, "now">} parts
 * @param {(method: string, params: Record<string, unknown>) => Promise<any>} call
 */
export function createFiles(parts, call) {
  /** @type {Map<string, {path: Promise<string>, at: number}>} */
  const addresses = new Map();

  return {
    /**
     * Return another address, as the last one leads nowhere any more. Throws Refusal.
     *
     * @param {string} room
     * @param {number} seq
     * @returns {Promise<string>}
     */
    renew(room, seq) {
      addresses.delete(`${room}#${seq}`);
      return this.address(room, seq);
    },

    /**
     * Return an address by which this page can show a file. Throws Refusal.
     *
     * @param {string} room
     * @param {number} seq
     * @returns {Promise<string>}
     */
    address(room, seq) {
      const key = `${room}#${seq}`;
      const kept = addresses.get(key);
      if (kept !== undefined && parts.now() - kept.at < ADDRESS_MS) return kept.path;
      const path = call("file-link", { room, seq }).then((link) => link.path);
      path.catch(() => addresses.delete(key));
      addresses.delete(key);
      addresses.set(key, { path, at: parts.now() });
      const oldest = addresses.keys().next().value;
      if (addresses.size > ADDRESSES_MAX && oldest !== undefined) addresses.delete(oldest);
      return path;
    },
  };
}
