/** Private rooms: who is in them, and how one gets in. Loaded when somebody looks at that. */

export { JoinByLink } from "./view/private/join-by-link.js";
export { Joining } from "./view/private/joining.js";
export { MembersBeside } from "./view/private/members.js";
