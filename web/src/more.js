/** All that is needed only now and then: loaded as one, when something of it is. */

export { Schedule } from "./view/schedule.js";
export { Search } from "./view/search.js";
export { AccountPanel } from "./view/account/account-panel.js";
export { BlockedPanel } from "./view/account/blocked-panel.js";
export { DevicesPanel } from "./view/account/devices-panel.js";
export { HooksPanel } from "./view/account/hooks-panel.js";
export { LimitsPanel } from "./view/account/limits-panel.js";
