/** Parts of the page that are loaded when they are needed, and may be gone by then. */

import { Refusal } from "./errors.js";

const ADDRESS = /https?:\/\/[^\s?]+/;

/**
 * Return what loads a part; it may be called again where that failed. Throws Refusal: `offline`, or
 * `unsupported_version` if the server has another page than this one by now.
 *
 * @template Part
 * @param {() => Promise<Part>} load
 * @returns {() => Promise<Part>}
 */
export function part(load) {
  let address = "";
  let tries = 0;
  return async () => {
    try {
      return await (address === "" ? load() : import(`${address}?${tries}`));
    } catch (error) {
      // Browsers remember by the address that there is no such module: it is asked for by another one.
      address = ADDRESS.exec(String(error))?.[0] ?? "";
      tries += 1;
      throw new Refusal((await isReplaced()) ? "unsupported_version" : "offline");
    }
  };
}

/** Tell whether the server has another page than this one by now. */
async function isReplaced() {
  const script = document.querySelector("script[src]")?.getAttribute("src") ?? "";
  try {
    const answer = await fetch("/", { cache: "no-store" });
    return answer.ok && !(await answer.text()).includes(script);
  } catch {
    return false;
  }
}
