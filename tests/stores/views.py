"""What a store holds as its users see it: the answers to all that can be asked.

The same questions are put to the server that wrote a golden store, which are kept beside it, and
to the one of today. `call` asks as one user who has logged in, and raises `refusals` if refused.
"""

import hashlib
from collections.abc import Callable
from typing import Any

Call = Callable[..., dict[str, Any]]
LISTS = {
    "devices": "devices",
    "rooms": "rooms",
    "unread": "rooms",
    "scheduled": "posts",
    "invitations": "invitations",
    "requests": "requests",
    "blocked": "names",
    "hooks": "hooks",
    "reports": "reports",
}
NOT_KEPT = frozenset(
    "connections now online online_names online_more quotas warnings_limit".split()
)
"""Parts of `status` that are no part of the store, but of settings and of who is there."""


def view(call: Call, name: str, refusals: type[Exception]) -> dict[str, Any]:
    """Return what a user sees, as JSON has it."""

    def ask(method: str, **params: Any) -> Any:
        try:
            return _plain(call(method, **params))
        except refusals as refused:
            return {"refused": str(vars(refused)["code"])}

    seen: dict[str, Any] = {method: ask(method) for method in LISTS}
    status = ask("status")
    seen["status"] = {key: value for key, value in status.items() if key not in NOT_KEPT}
    seen["found"] = ask("search", words="a")
    ids = [room["room"] for room in seen["rooms"]["rooms"]]
    for room in [*ids, f"@{name}"]:
        page = seen[room] = ask("history", room=room)
        for part in ("members", "links", "threads", "pins"):
            page[part] = ask(part, room=room)
        for entry in page.get("entries", []):
            if entry["kind"] == "file":
                entry["bytes"] = ask("download", room=room, seq=entry["seq"])
            if entry["kind"] == "comment":
                entry["thread"] = ask("thread", room=room, seq=entry["seq"])
    return seen


def _plain(value: Any) -> Any:
    """Return a value with bytes as a hash, for JSON."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value
