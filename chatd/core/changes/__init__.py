"""Changes: what each event makes true, in a module for each family of events.

They never refuse: what an event says has been checked by the handler that made it, and an
exception here is a bug that ends the process before anything leaves.
"""

from chatd.core.changes import accounts as accounts
from chatd.core.changes import blocking as blocking
from chatd.core.changes import clock as clock
from chatd.core.changes import comments as comments
from chatd.core.changes import endings as endings
from chatd.core.changes import files as files
from chatd.core.changes import groups as groups
from chatd.core.changes import hooks as hooks
from chatd.core.changes import moderation as moderation
from chatd.core.changes import posts as posts
from chatd.core.changes import reading as reading
from chatd.core.changes import revisions as revisions
from chatd.core.changes import schedules as schedules
from chatd.core.changes import stores as stores
from chatd.core.changes import time as time
from chatd.core.changes.base import CHANGES as CHANGES
