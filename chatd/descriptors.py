"""File descriptors: how many there are, and how many of them connections may take.

What the store opens comes first: without a descriptor for the next segment nothing is accepted
any more, while a connection that finds none is turned away.
"""

import logging
import resource
from dataclasses import replace

from chatd.config import Settings
from chatd.connections import DRAINING_MAX
from chatd.disk.blobs import OPEN_MAX
from chatd.net.listener import ACCEPTS_PER_TICK

log = logging.getLogger("chatd")

OTHERS = 32
"""Of the process, the loop, the log, and of the store besides uploads: journal, snapshot, lock."""
RESERVE = OPEN_MAX + OTHERS + DRAINING_MAX + ACCEPTS_PER_TICK
"""Descriptors that are no connection's, or of one that has no place any more, or not yet."""
MACOS_MAX = 10_240
"""OPEN_MAX of macOS, which takes no higher soft limit, whatever its hard one is (setrlimit(2))."""


def raise_limit() -> int:
    """Raise the soft limit of descriptors as far as the system lets us; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, max(soft, MACOS_MAX)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        except (ValueError, OSError) as error:
            refusal = error
        else:
            return limit
    log.warning("the limit on file descriptors stays at %d: %s", soft, refusal)
    return soft


def leave_reserve(settings: Settings, limit: int) -> Settings:
    """Return settings that let connections take what the reserve leaves of `limit`.

    Raises OSError if it leaves nothing.
    """
    if limit == resource.RLIM_INFINITY:
        return settings
    places = limit - RESERVE
    if places < 1:
        raise OSError(
            f"{limit} file file descriptors are too few: at least {RESERVE + 1}, see ulimit -n"
        )
    if places >= settings.connections_max:
        return settings
    log.warning(
        "CONNECTIONS_MAX is %d instead of %d: there are %d file descriptors, and a reserve of %d",
        places,
        settings.connections_max,
        limit,
        RESERVE,
    )
    return replace(settings, connections_max=places)
