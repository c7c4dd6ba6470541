"""What went wrong, and what to do about it: errors as words for people."""

from collections.abc import Callable

from chatd.errors import ChatError
from client.console.times import Zone
from client.errors import ConnectionLost

Advice = Callable[[ChatError, Zone, int], str]


def explain(error: Exception, zone: Zone, now_ms: int) -> str:
    """Return what happened, and on a further line what to do next where that is known."""
    if isinstance(error, ConnectionLost):
        return f"{error}\nthe console keeps trying to connect; nothing you have typed is lost"
    if not isinstance(error, ChatError):
        return str(error)
    advice = _ADVICE.get(error.code)
    return f"{error.message}\n{advice(error, zone, now_ms)}" if advice else error.message


def _rate_limited(error: ChatError, zone: Zone, now_ms: int) -> str:
    reset_at = error.detail.get("reset_at")
    if not isinstance(reset_at, int):
        return "try again a little later"
    return f"it works again at {zone.deadline(reset_at, now_ms)}"


def _banned(error: ChatError, zone: Zone, now_ms: int) -> str:
    until = error.detail.get("until")
    if not isinstance(until, int):
        return "you can still read"
    return f"you can send again at {zone.deadline(until, now_ms)}; reading goes on"


def _too_large(error: ChatError, zone: Zone, now_ms: int) -> str:
    return f"at most {error.detail.get('limit', '?')} bytes: send it in parts"


def _always(text: str) -> Advice:
    return lambda error, zone, now_ms: text


_ADVICE: dict[str, Advice] = {
    "rate_limited": _rate_limited,
    "banned": _banned,
    "too_large": _too_large,
    "not_found": _always("`who`, `rooms` and `history` show what there is"),
    "unauthenticated": _always("leave with `quit` and start the console again"),
    "unknown_method": _always("the server is older than this console and doesn't know that"),
    "unsupported_version": _always("install the version of chatd that the server runs"),
    "storage_full": _always("nothing was changed; tell whoever runs the server, then try again"),
    "overloaded": _always("nothing was changed; try again in a few seconds"),
    "internal": _always("that is a fault of the server; whoever runs it finds it in its log"),
    "expired": _always("it was there once; nothing brings it back"),
}
