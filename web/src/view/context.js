/** What every view may ask for: the application, and where the reader is in it. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** @typedef {import("../state/app.js").App} App */
/** @typedef {import("../state/shapes.js").Entry} Entry */
/** @typedef {import("../state/shapes.js").RoomStatus} RoomStatus */
/** @typedef {import("../state/shapes.js").Pending} Pending */
/** @typedef {import("../state/shapes.js").Person} Person */
/** @typedef {import("../state/shapes.js").Note} Note */
/** @typedef {import("../state/app.js").Door} Door */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {Pick<Entry, "room" | "seq"> & Partial<Entry>} Said what is known of an entry */
/** @typedef {{name: string, entry: Said | null}} Subject a person, or what they said */
/**
 * @typedef {object} Surroundings
 * @property {App} app
 * @property {Place} place
 * @property {import("@preact/signals").Signal<Dialog>} dialog the one that is open
 * @property {import("@preact/signals").Signal<Subject>} about whom or what the dialog is about
 * @property {import("@preact/signals").Signal<string>} why the code of a refusal that is being explained, "" of none
 */
/** @typedef {"" | "jump" | "keys" | "settings" | "reports" | "create" | "joining" | "schedule" | "about" | "reactions" | "viewer"} Dialog */

/** @type {import("preact").Context<Surroundings | null>} */
export const Context = createContext(/** @type {Surroundings | null} */ (null));

/** What the door has, too. @type {import("preact").Context<Door | null>} */
export const DoorContext = createContext(/** @type {Door | null} */ (null));

/** @returns {Door} */
export function useDoor() {
  const found = useContext(DoorContext);
  if (found === null) throw new Error("a view outside of the page");
  return found;
}

/** @returns {Surroundings} */
export function useSurroundings() {
  const found = useContext(Context);
  if (found === null) throw new Error("a view outside of the application");
  return found;
}
