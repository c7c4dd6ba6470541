"""Events: facts in the past tense, all that ever changes the state.

An event carries everything `State.apply` needs, deadlines included, so that replaying it
needs no handler, no clock and no setting. `ts` and all deadlines are ms UTC; a deadline of 0
is never. On disk the events of a tick are one msgpack array of tagged arrays. Tags and fields
belong to the store's format (`chatd.disk.formats`): any change of them is another format, and a
field that is added stands at the end, with a default for what was written before.

There is a module for each family; `chatd.core.changes` has one beside each, with what they
make true.
"""

from chatd.core.events.accounts import *
from chatd.core.events.base import *
from chatd.core.events.blocking import *
from chatd.core.events.comments import *
from chatd.core.events.endings import *
from chatd.core.events.files import *
from chatd.core.events.groups import *
from chatd.core.events.hooks import *
from chatd.core.events.moderation import *
from chatd.core.events.posts import *
from chatd.core.events.reading import *
from chatd.core.events.revisions import *
from chatd.core.events.schedules import *
from chatd.core.events.stores import *
from chatd.core.events.time import *
