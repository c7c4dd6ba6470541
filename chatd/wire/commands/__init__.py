"""The command table: every request and notification that chatd speaks, declared once.

A command is a typed struct (its parameters), a result type, one line of help and the phases
of a connection in which it may be called. The dispatcher, the console's help and completion
and `docs/protocol.md` are all made from `COMMANDS`; what the server sends on its own stands
in `NOTICES`. There is a module for each feature, and their order here is the order of the table.

All times are ms UTC, all sizes bytes, and `seq` counts the entries of a room from 1.
"""

from chatd.wire.commands.table import *
from chatd.wire.commands.accounts import *
from chatd.wire.commands.sync import *
from chatd.wire.commands.messages import *
from chatd.wire.commands.schedules import *
from chatd.wire.commands.files import *
from chatd.wire.commands.groups import *
from chatd.wire.commands.history import *
from chatd.wire.commands.search import *
from chatd.wire.commands.comments import *
from chatd.wire.commands.revisions import *
from chatd.wire.commands.reactions import *
from chatd.wire.commands.pins import *
from chatd.wire.commands.status import *
from chatd.wire.commands.people import *
from chatd.wire.commands.typing import *
from chatd.wire.commands.marks import *
from chatd.wire.commands.display_names import *
from chatd.wire.commands.blocking import *
from chatd.wire.commands.hooks import *
from chatd.wire.commands.moderation import *
from chatd.wire.commands.why import *
