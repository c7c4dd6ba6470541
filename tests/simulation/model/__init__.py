"""The rules of chatd in plain Python, as slow and as simple as can be, to hold a server against.

Nothing here comes from chatd. The model is told what users do and when (server time, ms),
and knows what they must be answered and must hear. Where the rules leave a choice it keeps
both ends of it: a reading device is written down within a second, a floor moves within a
twelfth of the lifetime, and a power cut may lose what was read in the last second.

What a command is answered and does stands in the method `do_<command>` (see `judging`).
What time alone does (a scheduled text is posted, a ban ends) the model does not foresee. It is
shown what the server did, holds that against the rules, and says what should have been done.

    judging     what the methods of commands have in common
    rooms       logs, their readers, and how long entries live
    moderation  warnings, bans, administrators, blocks
    display_names  what users are called besides their names
    mentions    in which words a text names somebody
    messages    messages, comments, edits, deletes; limits and nonces
    groups      private rooms
    schedules   texts that are posted later
    hooks       what programs post
    contents    what a file is besides its caption
    files       uploads, what is on the disk, and how much of it is whose
    accounts    accounts that end
    reactions   what is done to what was said
"""

from tests.simulation.model.reactions import Reactions
from tests.simulation.model.rooms import HOUR_MS, Item, Reader, Room, Rules


class Model(Reactions):
    """What the server must know and do."""


__all__ = ["HOUR_MS", "Item", "Model", "Reader", "Room", "Rules"]
