"""The command table: every request and notification that chatd speaks, declared once.

A command is a typed struct (its parameters), a result type, one line of help and the phases
of a connection in which it may be called. The dispatcher, the console's help and completion
and `docs/protocol.md` are all made from `COMMANDS`; what the server says by itself stands in
`NOTICES`. There is a module for each family, and their order here is the order of the table.

All times are ms UTC, all sizes bytes, and `seq` counts the entries of a room from 1.
"""

from chatd.wire.commands.table import *
from chatd.wire.commands.accounts import *
from chatd.wire.commands.following import *
from chatd.wire.commands.talking import *
from chatd.wire.commands.scheduling import *
from chatd.wire.commands.files import *
from chatd.wire.commands.groups import *
from chatd.wire.commands.reading import *
from chatd.wire.commands.searching import *
from chatd.wire.commands.commenting import *
from chatd.wire.commands.revising import *
from chatd.wire.commands.knowing import *
from chatd.wire.commands.blocking import *
from chatd.wire.commands.hooking import *
from chatd.wire.commands.moderating import *
from chatd.wire.commands.explaining import *
