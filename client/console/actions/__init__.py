"""Actions: what the commands do in the console, in a module for each family.

CONTRIBUTING.md says how one is added. UsageError and what the server refuses are shown by the
console.
"""

from . import accounts as accounts
from . import blocking as blocking
from . import comments as comments
from . import display_names as display_names
from . import files as files
from . import groups as groups
from . import help as help
from . import history as history
from . import hooks as hooks
from . import marks as marks
from . import messages as messages
from . import moderation as moderation
from . import people as people
from . import pins as pins
from . import reactions as reactions
from . import revisions as revisions
from . import schedules as schedules
from . import search as search
from . import status as status
from .table import ACTIONS as ACTIONS
