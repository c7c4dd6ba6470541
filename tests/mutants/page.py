"""The page posts what it took once and in order, and counts as the server does."""

from tests.mutants.mutant import Mutant

OUTBOX = (
    "tests/web/test_outbox.py"
    "::test_kills_crashes_reloads_and_cuts_lose_nothing_double_nothing_and_keep_the_order",
)
BADGES = (
    "tests/web/test_badges.py"
    "::test_badges_of_two_pages_equal_those_of_the_server_after_random_steps",
)
NODE = "tests/web/test_modules.py::test_modules_do_what_their_tests_say"
NONCES = (f"{NODE}[test/outbox.test.js]",)
ROOMS = (f"{NODE}[test/rooms.test.js]",)

MUTANTS = (
    Mutant(
        "the page posts without a nonce",
        "web/src/state/outbox.js",
        '"post", { room: to, text, nonce }',
        '"post", { room: to, text }',
        NONCES,
    ),
    Mutant(
        "the page does not keep a text that waits",
        "web/src/state/outbox.js",
        "      put(pending);\n      pump();\n      return pending;\n",
        "      show(pending);\n      pump();\n      return pending;\n",
        OUTBOX,
    ),
    Mutant(
        "the page does not hear that a room was read elsewhere",
        "web/src/state/behind.js",
        '      case "read":\n        rooms.refresh();\n',
        '      case "read":\n',
        BADGES,
    ),
    Mutant(
        "the page does not hear that an edit names its reader",
        "web/src/state/rooms.js",
        " || room.unread_from || isOfMentions;",
        " || room.unread_from;",
        ROOMS,
    ),
    Mutant(
        "the page hides that a room which is read names its reader",
        "web/src/view/sidebar.js",
        "  if (!unread && !mentions) return null;\n",
        "  if (!unread) return null;\n",
        BADGES,
    ),
)
