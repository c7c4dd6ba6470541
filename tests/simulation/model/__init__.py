"""The rules of chatd in plain Python, as slow and as simple as can be, to hold a server against.

Nothing here comes from chatd. The model is told what users do and when (server time, ms),
and knows what they must be answered and must hear. Where the rules leave a choice it keeps
both ends of it: a reading device is written down within a second, a floor moves within a
twelfth of the lifetime, and a power cut may lose what was read in the last second.

What a command is answered and does stands in the method `do_<command>` (see `judging`).
What time alone does (a scheduled text is posted, a ban ends) the model does not foresee. It is
shown what the server did, holds that against the rules, and says what should have been done.

The model is a chain of classes, each with the rules of one feature: `Rooms` is the first, which
knows how long entries live, and `Views` the last, which shows everything else.
"""

from tests.simulation.model.rooms import HOUR_MS, Item, Reader, Room, Rules
from tests.simulation.model.views import Views as Model

__all__ = ["HOUR_MS", "Item", "Model", "Reader", "Room", "Rules"]
