"""Actions: what the commands do in the console, in a module for each family.

A command that the table of the protocol names with `console=` is listed already, with its
usage, help and completion. To let it do something here, parse its arguments in a function of
`client.console.arguments`, ask the server and show the answer:

    @action("whois")
    async def whois(console: Console, typed: Command) -> None:
        answer = await console.ask(c.Whois(user_of(typed.rest)), c.WhoisResult)
        console.note(f"{answer.name} has been here since {answer.created}")

UsageError and what the server refuses are shown by the console.
"""

from . import accounts as accounts
from . import blocking as blocking
from . import comments as comments
from . import files as files
from . import groups as groups
from . import help as help
from . import history as history
from . import hooks as hooks
from . import messages as messages
from . import moderation as moderation
from . import revisions as revisions
from . import schedules as schedules
from . import search as search
from . import status as status
from .table import ACTIONS as ACTIONS
