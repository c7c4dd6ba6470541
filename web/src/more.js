/** All that is needed only now and then: loaded as one, when something of it is. */

export { About } from "./view/about.js";
export { Schedule } from "./view/schedule.js";
export { Search } from "./view/search.js";
export { Viewer } from "./view/viewer.js";
export { Why } from "./view/why.js";
export { Reports, Settings } from "./view/settings.js";
