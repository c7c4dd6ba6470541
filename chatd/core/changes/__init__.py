"""Changes: what each event makes true, in a module for each family of events.

They never refuse: what an event says has been checked by the handler that made it, and an
exception here is a bug that ends the process before anything leaves.
"""

from chatd.core.changes import accounts, comments, files, moderation, posts, reading, stores, time
from chatd.core.changes.base import CHANGES

__all__ = [
    "CHANGES",
    "accounts",
    "comments",
    "files",
    "moderation",
    "posts",
    "reading",
    "stores",
    "time",
]
