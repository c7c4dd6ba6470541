"""What went wrong, and what to do about it: errors as words for people."""

from collections.abc import Callable

from chatd.errors import ChatError
from chatd.terminal import reason
from chatd.wire.sizes import size_text

from ..errors import ConnectionLost
from .times import Zone

Advice = Callable[[ChatError, Zone, int], str]


def explain(error: Exception, zone: Zone, now_ms: int, command: str = "") -> str:
    """Return what happened, and on a further line what to do next where that is known.

    command: which one was refused, "" where that makes no difference.
    """
    if isinstance(error, ConnectionLost):
        return f"{error}\nthe console keeps trying to connect; nothing you have typed is lost"
    if isinstance(error, OSError):
        return reason(error)
    if not isinstance(error, ChatError):
        return str(error)
    advice = _ADVICE_ON.get((error.code, command)) or _ADVICE.get(error.code)
    next_step = advice(error, zone, now_ms) if advice else ""
    return f"{error.message}\n{next_step}" if next_step else error.message


def _rate_limited(error: ChatError, zone: Zone, now_ms: int) -> str:
    reset_at = error.detail.get("reset_at")
    if not isinstance(reset_at, int):
        return "try again a little later"
    return f"it works again at {zone.deadline(reset_at, now_ms)}"


def _banned(error: ChatError, zone: Zone, now_ms: int) -> str:
    until = error.detail.get("until")
    if not isinstance(until, int):
        return "you can still read"
    return f"you can send again at {zone.deadline(until, now_ms)}; you can still read"


def _too_large(error: ChatError, zone: Zone, now_ms: int) -> str:
    return f"at most {error.detail.get('limit', '?')} bytes: send it in parts"


def _file_too_large(error: ChatError, zone: Zone, now_ms: int) -> str:
    limit = error.detail.get("limit")
    if not isinstance(limit, int):
        return ""
    return f"at most {limit:,} bytes ({size_text(limit)}) go into one file"


def _forbidden(error: ChatError, zone: Zone, now_ms: int) -> str:
    owner = error.detail.get("owner")
    return f"that is {owner}: `send-to {owner}` asks for it" if owner else ""


def _always(text: str) -> Advice:
    return lambda error, zone, now_ms: text


_ADVICE: dict[str, Advice] = {
    "rate_limited": _rate_limited,
    "banned": _banned,
    "too_large": _too_large,
    "forbidden": _forbidden,
    "not_found": _always("`who`, `rooms` and `history` show what there is"),
    "unauthenticated": _always("leave with `quit` and start the console again"),
    "unknown_method": _always("the server is older than this console and doesn't know that"),
    "unsupported_version": _always("install the version of chatd that the server runs"),
    "storage_full": _always("nothing was changed; inform the server's operator, then try again"),
    "overloaded": _always("nothing was changed; try again in a few seconds"),
    "internal": _always("that is a bug in the server; its log has the details"),
    "expired": _always("it has been deleted or has expired"),
}

_NOTHING = _always("")
_REPORT = _always("`report` tells them what you saw")
_REQUESTS = _always("`requests` lists who asks")

_ADVICE_ON: dict[tuple[str, str], Advice] = {
    ("too_large", "send-file"): _file_too_large,
    ("not_found", "join"): _always(
        "`invitations` lists where you are invited; elsewhere the owner has to make a `link`"
    ),
    ("not_found", "withdraw"): _always("`invitations` lists what waits for an answer"),
    ("not_found", "unlink"): _always("`links` lists them by number"),
    ("not_found", "approve"): _REQUESTS,
    ("not_found", "deny"): _REQUESTS,
    ("not_found", "cancel"): _always("`scheduled` lists what waits by number"),
    ("not_found", "revoke"): _always("`devices` lists them by number"),
    ("not_found", "unhook"): _always("`hooks` lists them by number"),
    ("not_found", "unblock"): _always("`blocked` lists whom you have blocked"),
    ("not_found", "unban"): _NOTHING,
    ("not_found", "why"): _NOTHING,
    ("not_found", "dismiss"): _always("`reports` lists them by number"),
    ("not_found", "remove"): _always("what is in other rooms has to be reported first"),
    ("forbidden", "reports"): _REPORT,
    ("forbidden", "ban"): _REPORT,
    ("forbidden", "unban"): _REPORT,
    ("forbidden", "dismiss"): _REPORT,
    ("forbidden", "delete-user"): _NOTHING,
}
"""What helps after a certain command, where it is something else than after others."""
