"""Why something was refused."""

from chatd.wire.commands.table import Chapter, Params, Result, command


class Explanation(Result, frozen=True):
    """The last refusal on this connection, or else to this user, and the rule behind it.

    ts: when it was refused.
    setting: the one behind the rule, as in chat.ini; nil if there is none.
    value: its value, as in chat.ini; without a setting a fixed limit, or nil.
    until: when it ends by itself; nil if it doesn't.
    """

    method: str
    ts: int
    code: str
    message: str
    rule: str
    setting: str | None
    value: str | None
    until: int | None


@command(
    "why",
    help="explain the last refusal: the rule, the setting behind it, and when it ends",
    console="why",
    chapter=Chapter.READING,
    refuses={"not_found": "nothing was refused to you recently, or since the server started"},
)
class Why(Params[Explanation], frozen=True):
    pass
