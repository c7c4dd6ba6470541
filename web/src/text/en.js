/** English, as far as the door needs it. {n} is a count, which chooses the plural. */

export const en = Object.freeze({
  "common.cancel": "Cancel",
  "common.close": "Close",
  "common.more": "Show more",

  "signIn.title": "Sign in",
  "signIn.register": "Create an account",
  "signIn.name": "Name",
  "signIn.password": "Password",
  "signIn.byLink": "You have a link to a private room. With an account here, you can ask to join.",
  "signIn.busy": "One moment…",
  "signIn.noAccount": "New here? Create an account",
  "signIn.haveAccount": "I have an account: sign in",
  "signIn.closed": "This server doesn't accept registrations. Ask its operator for an account.",
  "signIn.private": "Your password never leaves this page: the server only sees a proof that you know it.",
  "signIn.forgotten": "Forgotten your password? Ask an administrator of this server for a reset.",
  "signIn.badName":
    "This can't be a name: use 1 to 32 letters and digits of one script, and after the first also . _ -",
  "signIn.nameTaken": "That name is taken, or looks too much like one that is.",
  "signIn.notAccepted": "This server accepts no registration under that name.",
  "signIn.insecure": "This connection isn't secure",
  "signIn.insecureWhy":
    "Your browser does cryptography only over HTTPS, or on the server's own machine. Without it, your password can't be kept from others.",
  "signIn.insecureWhat":
    "Open this page by an address that begins with https://. If there is none, ask the operator to set up TLS.",

  "rooms.loading": "Loading…",

  "line.waiting": { one: "No connection. Next try in {n} second.", other: "No connection. Next try in {n} seconds." },
  "line.connecting": "No connection. Trying…",
  "line.off": "Not connected. What you write is kept, and sent later.",
  "line.now": "Try now",
  "line.outdated": "This server has a new version.",
  "line.reload": "Reload the page",
  "line.notKept": "This browser keeps nothing: drafts and unsent messages are lost when you close the page.",

  "error.auth_failed": "Wrong name or password.",
  "error.bad_request": "The server doesn't understand this.",
  "error.banned": "You may not send anything at the moment.",
  "error.bannedUntil": "You can't send anything until {time}. You can still read.",
  "error.conflict": "That is there already, or a limit is reached.",
  "error.expired": "It has been deleted, or has expired.",
  "error.forbidden": "You may not do this.",
  "error.insecure": "Your browser allows this only over HTTPS.",
  "error.internal": "Something went wrong. Try again.",
  "error.largerThan": "Too large: at most {size}.",
  "error.limitedUntil": "You have reached a limit. It works again at {time}.",
  "error.not_found": "There is no such thing that you can see.",
  "error.offline": "No connection. Try again when it is back.",
  "error.overloaded": "The server is busy. Try again in a few seconds.",
  "error.rate_limited": "Too much at once. Try again a little later.",
  "error.storage_full": "The server's disk is full. Tell its operator; nothing was changed.",
  "error.too_large": "Too large.",
  "error.unauthenticated": "Sign in again.",
  "error.unknown_method": "This server is older than the page and can't do this.",
  "error.unsupported_version": "This page is of another version than the server. Load it again.",
});
