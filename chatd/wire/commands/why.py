"""Why something was refused."""

from chatd.wire.commands.table import Chapter, Params, Result, command


class Explanation(Result, frozen=True):
    """What was refused last, on this connection or else to this user, and by which rule.

    ts: when that was.
    setting: the one behind the rule, as in chat.ini, nil where none is.
    value: what it is set to, as in chat.ini; without a setting a limit that is fixed, or nil.
    until: when it ends by itself, nil where it doesn't.
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
    refuses={"not_found": "nothing was refused to you lately, or since the server started"},
)
class Why(Params[Explanation], frozen=True):
    pass
