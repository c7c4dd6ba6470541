/** All that is needed only now and then: loaded as one, when something of it is. */

export { About } from "./view/about.js";
export { CreateRoom } from "./view/create-room.js";
export { PeopleBeside } from "./view/people.js";
export { PinsBeside } from "./view/pins.js";
export { ReactionList } from "./view/reaction-list.js";
export { Schedule } from "./view/schedule.js";
export { Search } from "./view/search.js";
export { Viewer } from "./view/viewer.js";
export { Why } from "./view/why.js";
export { Reports, Settings } from "./view/settings.js";
