"""How the settings of a chatd that is measured differ from those delivered."""

from collections.abc import Mapping
from typing import NamedTuple

from chatd.config import BY_NAME


class Change(NamedTuple):
    """What stands in the place of a default, and why."""

    value: str
    reason: str


Changes = Mapping[str, Change]
"""By the names of settings."""

_SATURATED = "the load is as much as the server takes"
UNLIMITED: Changes = {
    "LIMIT_MESSAGES": Change("0", _SATURATED),
    "LIMIT_PRIVATE": Change("0", _SATURATED),
    "REQUESTS_PER_SECOND": Change("0", _SATURATED),
    "YOUNG_ACCOUNT": Change(
        "0", "the load's accounts are new, and their readers acknowledge nothing"
    ),
    "IDLE_PING": Change("86400", "readers of the load say nothing, so they would be pinged"),
}
PAUSES: Changes = {
    **UNLIMITED,
    "SNAPSHOT_GROWTH": Change("1M", "for the pauses only: the first message brings a snapshot"),
}


def variables(changes: Changes) -> dict[str, str]:
    """Return what has to stand in the environment of a server with these settings."""
    return {BY_NAME[name].variable: change.value for name, change in changes.items()}


def settings_table() -> str:
    """Return the table of all settings that are not as delivered in some measurement."""
    lines = ["| Setting | Delivered | Here | Why |", "| --- | --- | --- | --- |"]
    for name, (value, reason) in {**UNLIMITED, **PAUSES}.items():
        lines.append(f"| `{name}` | `{BY_NAME[name].default}` | `{value}` | {reason} |")
    return "\n".join(lines) + "\n"
